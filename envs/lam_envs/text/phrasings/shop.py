"""Shop: how requests are worded, train and held out.

Symbols: "<verb>" is an imperative clause on {product}, "<verb>." a whole sentence, "product.<attribute>" a noun phrase,
"size", "stars" and "price" its constraints, "gift" and "delivery" extras of an order, "pair" buys two products;
"frame" and "join" hold clauses together.
"""

from __future__ import annotations

from lam_envs.text.language import Grammar, Rules
from lam_envs.text.phrasings.frames import FRAMES

# fmt: off
TRAIN: Rules = {
    "frame": FRAMES["train"]["frame"],
    "join": (
        "{one} and {two}", "{one} and then {two}", "{one}, then {two}", "first {one} and then {two}",
        "{one}, and then {two}",
    ),
    "pair": (
        "buy {product} and {other}", "order {product} and {other}", "buy both {product} and {other}",
        "get me {product} and also {other}", "buy {product}, and {other} too",
    ),
    "product.only": (
        "the {shade}{kind}{tail}", "the only {shade}{kind}{tail}", "the one {shade}{kind}{tail}",
        "a {shade}{kind}{tail}",
    ),
    "product.cheapest": (
        "the cheapest {shade}{kind}{tail}", "the least expensive {shade}{kind}{tail}",
        "the lowest-priced {shade}{kind}{tail}", "the {shade}{kind}{tail} that costs least",
    ),
    "product.dearest": (
        "the most expensive {shade}{kind}{tail}", "the dearest {shade}{kind}{tail}",
        "the highest-priced {shade}{kind}{tail}", "the {shade}{kind}{tail} that costs most",
    ),
    "product.best": (
        "the best-rated {shade}{kind}{tail}", "the highest-rated {shade}{kind}{tail}",
        "the top-rated {shade}{kind}{tail}",
        "the {shade}{kind}{tail} that is rated best",
    ),
    "product.popular": (
        "the most reviewed {shade}{kind}{tail}", "the {shade}{kind}{tail} that has the most reviews",
        "the {shade}{kind}{tail} that most people have reviewed", "the most-reviewed {shade}{kind}{tail}",
    ),
    "size": (" in size {size}", " of size {size}", " in {size}"),
    "stars": (
        " with at least {stars} stars", " with {stars} stars or more", " rated at least {stars} stars",
        " with {stars} or more stars",
    ),
    "price": (
        " for at most {price} euros", " for {price} euros or less", " for up to {price} euros",
        " costing up to {price} euros",
    ),
    "gift": (" as a gift", ", with gift wrap", " and have it wrapped as a gift", ", in gift wrap"),
    "delivery": (
        ", with {delivery} delivery", ", by {delivery} delivery", " and choose {delivery} delivery",
        " and have it sent by {delivery} delivery",
    ),
    "open": (
        "show me {product}", "open the page of {product}", "find {product}", "open {product}",
        "find {product} for me",
    ),
    "open.": ("I want to see {product}", "I would like to look at {product}", "let me see {product}"),
    "save": (
        "save {product} for later", "put {product} on my wish list", "add {product} to the wish list",
        "save {product} on my wish list", "find {product} and save it",
    ),
    "save.": (
        "I want {product} on my wish list", "I may buy {product} some day, so save it for later",
        "{product} should be on the wish list", "I would like to save {product} for later",
    ),
    "add": (
        "put {product} into the basket", "add {product} to the basket", "put {product} in my basket",
        "place {product} in the basket", "find {product} and add it to the basket",
    ),
    "add.": (
        "I want {product} in my basket", "I want {product} in the basket, but do not order it yet",
        "{product} should be in my basket", "I would like to have {product} in the basket",
    ),
    "buy": (
        "buy {product}{extra}", "order {product}{extra}", "purchase {product}{extra}", "get me {product}{extra}",
        "find {product} and buy it{extra}",
    ),
    "buy.": (
        "I want to buy {product}{extra}", "I would like to order {product}{extra}",
        "I need {product}, so buy it{extra}", "let us buy {product}{extra}",
    ),
}

HELD_OUT: Rules = {
    "frame": FRAMES["held_out"]["frame"],
    "join": (
        "{one}, and afterwards {two}", "{one}; once that is done, {two}", "{one} and also {two}",
        "{one}, and after that {two}", "{one}, and when you are finished, {two}", "{one}, and next {two}",
    ),
    "pair": (
        "take {product} together with {other}", "pick up {product} as well as {other}",
        "place one order for {product} plus {other}", "acquire {product} along with {other}",
        "check out with {product} plus {other}", "pay for {product} as well as {other}",
    ),
    "product.only": (
        "whichever {shade}{kind}{tail} there is", "that {shade}{kind}{tail}", "the single {shade}{kind}{tail}",
        "any {shade}{kind}{tail} that you can find",
    ),
    "product.cheapest": (
        "the {shade}{kind}{tail} at the lowest price", "the most affordable {shade}{kind}{tail}",
        "the {shade}{kind}{tail} with the lowest price of all", "the {shade}{kind}{tail} priced the lowest",
        "the very cheapest {shade}{kind}{tail} available",
    ),
    "product.dearest": (
        "the {shade}{kind}{tail} at the highest price", "the priciest {shade}{kind}{tail}",
        "the costliest {shade}{kind}{tail}", "the {shade}{kind}{tail} with the highest price of all",
        "the {shade}{kind}{tail} priced the highest", "the very most expensive {shade}{kind}{tail} available",
    ),
    "product.best": (
        "the {shade}{kind}{tail} that got the best rating", "the most highly rated {shade}{kind}{tail}",
        "the {shade}{kind}{tail} that buyers rate highest", "the {shade}{kind}{tail} with the best score in stars",
        "the {shade}{kind}{tail} that customers like best",
    ),
    "product.popular": (
        "the {shade}{kind}{tail} that was reviewed most often",
        "the {shade}{kind}{tail} with the longest list of reviews",
        "the {shade}{kind}{tail} that the largest number of buyers reviewed",
        "the {shade}{kind}{tail} that collected more reviews than any other",
        "the {shade}{kind}{tail} that got reviews from the most customers",
    ),
    "size": (" made in size {size}", " sized {size}", " available in size {size}", " to fit size {size}"),
    "stars": (
        " with no fewer than {stars} stars", " with a rating of {stars} stars or better",
        " scoring {stars} stars and upwards", " with a minimum of {stars} stars",
    ),
    "price": (
        " for no more than {price} euros", " within a budget of {price} euros", " priced at {price} euros or below",
        " staying within {price} euros",
    ),
    "gift": (
        " as a present", ", nicely wrapped", ", and get it gift-wrapped", ", wrapped up as a present",
        ", wrapped in paper for a present",
    ),
    "delivery": (
        ", to be delivered by {delivery} service", ", using the {delivery} shipping", ", shipped by {delivery} service",
        ", and let it arrive by {delivery} shipping",
    ),
    "open": (
        "pull up {product}", "display {product}", "take me to {product}", "look up {product}", "call up {product}",
        "bring {product} up on the screen", "go to the page of {product}", "view {product}", "locate {product}",
    ),
    "open.": (
        "I wish to have a look at {product}", "what does {product} look like?", "where is {product}?",
        "I am curious about {product}, take me there",
    ),
    "save": (
        "keep {product} for later", "bookmark {product}", "note down {product} on my list of wishes",
        "keep {product} in mind for later",
        "set {product} aside for later", "store {product} among my wishes", "add a bookmark to {product}",
        "make a bookmark for {product}", "write {product} down on my list of wishes",
    ),
    "save.": (
        "I do not want to lose track of {product}, so keep it for later",
        "{product} is one to keep for later",
        "I might come back to {product}, so bookmark it", "see to it that {product} is kept for later",
    ),
    "add": (
        "drop {product} into my basket", "toss {product} into the basket", "pop {product} into my basket",
        "let {product} go into the basket", "lay {product} in the basket", "fill my basket with {product}",
        "stick {product} in my basket", "move {product} over to the basket", "collect {product} in the basket",
    ),
    "add.": (
        "I need to see {product} in my basket", "see to it that {product} ends up in the basket",
        "my basket is still missing {product}", "have {product} ready in the basket, without paying yet",
    ),
    "buy": (
        "take {product}{extra}", "pick up {product}{extra}", "place an order for {product}{extra}",
        "pay for {product}{extra}",
        "acquire {product}{extra}", "send off an order for {product}{extra}", "check out with {product}{extra}",
        "treat me to {product}{extra}", "grab {product}{extra}",
    ),
    "buy.": (
        "I have decided to take {product}{extra}", "I could really use {product}, go and purchase one{extra}",
        "{product} is what I will pay for{extra}", "my order is for {product}{extra}",
    ),
}
# fmt: on

GRAMMAR = Grammar(TRAIN, HELD_OUT)

SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("buy", "order"),
    ("cheapest", "least expensive"),
    ("most expensive", "dearest"),
    ("best-rated", "highest-rated", "top-rated"),
    ("with gift wrap", "in gift wrap"),
    ("for up to", "for at most"),
    ("put", "place"),
    ("I want you to", "I would like you to"),
    ("I want to", "I would like to"),
)
"""Groups that mean the same in every train template, without held-out words; augmentation may exchange them."""
