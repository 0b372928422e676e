"""Shop: how the shop is labeled, train and held out.

Keys name controls; "list", "page", "cart", "controls" are orders and "nested" lists what lies behind another button.
"""

from __future__ import annotations

from lam_envs.text.language import Rules

# fmt: off
LAYOUTS: dict[str, Rules] = {
    "train": {
        "application": ("Shop", "Store"),
        "search": ("Search", "Find"),
        "basket": ("Basket", "My basket"),
        "saved": ("Wish list", "Saved for later", "Bookmarks"),
        "color": ("Color", "Colors"),
        "size": ("Size", "In size"),
        "stars": ("Stars", "Rated"),
        "price": ("Price", "Cost"),
        "sort": ("Sort by", "Order of the list"),
        "unsorted": ("featured", "no order"),
        "cheapest": ("cheapest first", "lowest price first", "price from low to high", "most affordable first"),
        "dearest": (
            "most expensive first", "highest price first", "price from high to low", "priciest first",
            "costliest first",
        ),
        "best": ("best rated first", "highest rating first", "rating from high to low", "best score first"),
        "popular": ("most reviewed first", "most reviews first", "number of reviews from high to low"),
        "at least": ("{} stars or more", "at least {} stars", "a minimum of {} stars"),
        "at most": ("up to {} euros", "at most {} euros", "within {} euros"),
        "choose": ("Choose size", "Your size"),
        "add": ("Add to basket", "Put into basket", "Into the basket"),
        "save": ("Save for later", "Add to wish list", "Put on wish list", "Bookmark", "Keep for later"),
        "unsave": ("Remove from wish list", "Do not save"),
        "more": ("More", "More actions"),
        "remove": ("Remove", "Take out"),
        "gift": ("Gift wrap", "Wrap as a gift", "Wrap as a present"),
        "delivery": ("Delivery", "Kind of delivery"),
        "options": ("Options", "Delivery and gift options"),
        "buy": ("Buy now", "Order now", "Place order", "Pay and order"),
        "next": ("Next page", "More results"),
        "previous": ("Previous page", "Back to earlier results"),
        "row": (
            "{shown} | {price} euros | {stars} stars | {reviews} reviews",
            "{price} euros | {shown} | {stars} stars, {reviews} reviews",
        ),
        "controls": ("color size stars price sort", "size color price stars sort", "stars price color size sort"),
        "list": ("controls rows turn links", "links controls rows turn"),
        "page": ("size add save links", "links save size add", "size save add links"),
        "cart": ("items gift delivery options buy", "delivery gift options items buy"),
        "nested": ("", "", "save", "checkout"),
    },
    "held_out": {
        "application": ("Market", "Online shop"),
        "search": ("Look for", "What are you looking for"),
        "basket": ("The basket", "Shopping basket"),
        "saved": ("Wishes", "Kept for later"),
        "color": ("Which color", "In color"),
        "size": ("Which size", "Sizes"),
        "stars": ("Star rating", "How many stars"),
        "price": ("Price limit", "How much it costs"),
        "sort": ("Sort the list by", "Order by"),
        "unsorted": ("not sorted", "not in order"),
        "cheapest": ("by lowest price", "cheapest on top", "price, the lowest on top"),
        "dearest": ("by highest price", "most expensive on top", "price, the highest on top"),
        "best": ("by highest rating", "best rated on top", "rating, the highest on top"),
        "popular": ("by most reviews", "most reviewed on top", "reviews, the most on top"),
        "at least": ("from {} stars", "{} stars and above"),
        "at most": ("not over {} euros", "{} euros at most"),
        "choose": ("Size to choose", "Choose your own size"),
        "add": ("Place in basket", "Add this to my basket", "To the basket"),
        "save": ("Save on wish list", "Keep this one", "Save this"),
        "unsave": ("Off the wish list", "Forget this"),
        "more": ("Other actions", "Show more"),
        "remove": ("Delete", "Throw out"),
        "gift": ("As a gift", "Gift wrapping"),
        "delivery": ("Delivered by", "Delivery service"),
        "options": ("Gift and delivery", "Change options"),
        "buy": ("Buy this", "Send order", "Order and buy"),
        "next": ("Go to next page", "Further results"),
        "previous": ("Go to previous page", "Earlier results"),
        "row": (
            "{stars} stars, {reviews} reviews | {shown} | {price} euros",
            "{reviews} reviews | {stars} stars | {price} euros | {shown}",
        ),
        "controls": ("price stars size color sort", "price color stars size sort", "color price size stars sort"),
        "list": ("turn links controls rows", "rows controls turn links"),
        "page": ("save add size links", "links add size save"),
        "cart": ("buy options items delivery gift", "gift items delivery buy options"),
        "nested": ("save checkout", "checkout save"),
    },
}
# fmt: on
