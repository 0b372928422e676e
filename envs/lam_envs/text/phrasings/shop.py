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
        "{one}, and then {two}", "{one}; then {two}", "{one} before you {two}", "{one} and in addition {two}",
        "{one}, and while you are at it, {two}", "{one} and, besides that, {two}", "{one}, and with that done, {two}",
    ),
    "pair": (
        "buy {product} and {other}", "order {product} and {other}", "buy both {product} and {other}",
        "get me {product} and also {other}", "buy {product}, and {other} too", "purchase {product} and {other}",
        "buy {product} along with {other}", "get me both {product} and {other}",
        "buy two things, {product} and {other}", "find {product} and {other} and buy the two of them",
        "order these two for me: {product} and {other}", "buy {product} and add {other} to the same order",
        "have {product} and {other} sent to me", "in addition to {product}, buy {other}",
    ),
    "product.only": (
        "the {shade}{kind}{tail}", "the only {shade}{kind}{tail}", "the one {shade}{kind}{tail}",
        "a {shade}{kind}{tail}", "the {shade}{kind}{tail} that you have", "the {shade}{kind}{tail} in this shop",
        "one {shade}{kind}{tail}", "any {shade}{kind}{tail}", "the sole {shade}{kind}{tail}",
        "the {shade}{kind}{tail} that is sold here", "the {shade}{kind}{tail} in stock",
        "the {shade}{kind}{tail} that is the only one", "just the one {shade}{kind}{tail}",
        "the {shade}{kind}{tail} for sale",
    ),
    "product.cheapest": (
        "the cheapest {shade}{kind}{tail}", "the least expensive {shade}{kind}{tail}",
        "the lowest-priced {shade}{kind}{tail}", "the {shade}{kind}{tail} that costs least",
        "the {shade}{kind}{tail} that is cheapest", "whichever {shade}{kind}{tail} is cheapest",
        "whichever {shade}{kind}{tail} costs the least", "the least costly {shade}{kind}{tail}",
        "the {shade}{kind}{tail} that goes for the least money", "the {shade}{kind}{tail} priced below all the others",
        "the {shade}{kind}{tail} that is cheaper than all the others", "the most inexpensive {shade}{kind}{tail}",
        "the {shade}{kind}{tail} that I have to spend the least on",
    ),
    "product.dearest": (
        "the most expensive {shade}{kind}{tail}", "the dearest {shade}{kind}{tail}",
        "the highest-priced {shade}{kind}{tail}", "the {shade}{kind}{tail} that costs most",
        "the {shade}{kind}{tail} that is the most expensive", "whichever {shade}{kind}{tail} costs the most",
        "whichever {shade}{kind}{tail} is the most expensive", "the {shade}{kind}{tail} that goes for the most money",
        "the {shade}{kind}{tail} priced above all the others",
        "the {shade}{kind}{tail} that is more expensive than all the others",
        "the {shade}{kind}{tail} that I have to spend the most on", "the most costly {shade}{kind}{tail}",
    ),
    "product.best": (
        "the best-rated {shade}{kind}{tail}", "the highest-rated {shade}{kind}{tail}",
        "the top-rated {shade}{kind}{tail}", "the {shade}{kind}{tail} that is rated best",
        "the {shade}{kind}{tail} with the most stars", "whichever {shade}{kind}{tail} is rated highest",
        "whichever {shade}{kind}{tail} has the most stars", "the {shade}{kind}{tail} rated above all the others",
        "the {shade}{kind}{tail} that did best in the ratings",
        "the {shade}{kind}{tail} that no other one beats in stars", "the best {shade}{kind}{tail} going by the ratings",
        "the {shade}{kind}{tail} that stands highest in the ratings",
    ),
    "product.popular": (
        "the most reviewed {shade}{kind}{tail}", "the {shade}{kind}{tail} that has the most reviews",
        "the {shade}{kind}{tail} that most people have reviewed", "the most-reviewed {shade}{kind}{tail}",
        "the {shade}{kind}{tail} with the most reviews", "the {shade}{kind}{tail} with the highest review count",
        "whichever {shade}{kind}{tail} has the most reviews",
        "whichever {shade}{kind}{tail} has been reviewed by the most people",
        "the {shade}{kind}{tail} for which there are the most reviews",
        "the {shade}{kind}{tail} that drew the most reviews", "the most frequently reviewed {shade}{kind}{tail}",
        "the {shade}{kind}{tail} that is first in how many reviews it has",
        "the most widely reviewed {shade}{kind}{tail}",
    ),
    "size": (
        " in size {size}", " of size {size}", " in {size}", " in a size {size}", " in the size {size}",
        " with size {size}", " that is size {size}", " that you have in {size}", " in my size ({size})",
        " for someone of size {size}", " offered in {size}", " that can be had in size {size}",
        " marked as size {size}", " that I can wear in size {size}",
    ),
    "stars": (
        " with at least {stars} stars", " with {stars} stars or more", " rated at least {stars} stars",
        " with {stars} or more stars", " rated {stars} stars or higher", " that has at least {stars} stars",
        " with {stars} stars and up", " not rated below {stars} stars", " rated no lower than {stars} stars",
        " of {stars} or more stars", " with {stars} stars at the very least", " with not less than {stars} stars",
        " that reaches {stars} stars or more", " from {stars} stars up",
    ),
    "price": (
        " for at most {price} euros", " for {price} euros or less", " for up to {price} euros",
        " costing up to {price} euros", " for not more than {price} euros", " that costs at most {price} euros",
        " priced at {price} euros or lower", " that does not cost more than {price} euros",
        " for a maximum of {price} euros", " for {price} euros tops", " for {price} euros at the most",
        " that I can get for {price} euros or less", " not above {price} euros",
        " that is not more expensive than {price} euros",
    ),
    "gift": (
        " as a gift", ", with gift wrap", " and have it wrapped as a gift", ", in gift wrap", ", gift-wrapped",
        ", wrapped as a gift", " and ask for gift wrap", ", to be wrapped as a gift", ", with the gift wrap option",
        ", packed as a gift", ", in gift packaging", " and turn on gift wrap", " and let them gift-wrap it",
        " and choose to have gift wrap",
    ),
    "delivery": (
        ", with {delivery} delivery", ", by {delivery} delivery", " and choose {delivery} delivery",
        " and have it sent by {delivery} delivery", " with {delivery} delivery", " and select {delivery} delivery",
        ", to be sent by {delivery} delivery", ", with {delivery} as the delivery option",
        ", with {delivery} as the kind of delivery", " and ask for {delivery} delivery", " via {delivery} delivery",
        " and have it brought by {delivery} delivery", ", where delivery is to be {delivery}",
        ", and let the delivery be {delivery}",
    ),
    "open": (
        "show me {product}", "open the page of {product}", "find {product}", "open {product}", "find {product} for me",
        "let me look at {product}", "show the page of {product}", "show me the details of {product}",
        "search for {product} and show it to me", "click on {product}", "navigate to {product}",
        "visit the page of {product}", "load the page for {product}", "help me find {product}",
    ),
    "open.": (
        "I want to see {product}", "I would like to look at {product}", "let me see {product}",
        "I want to look at {product}", "{product} is what I want to see", "all I want is to see {product}",
        "I want the page of {product} in front of me", "the page of {product} should be open",
        "I want to know more about {product}, so open its page", "I would like to be taken to {product}",
        "I want to read about {product}",
    ),
    "save": (
        "save {product} for later", "put {product} on my wish list", "add {product} to the wish list",
        "save {product} on my wish list", "find {product} and save it", "mark {product} as saved",
        "include {product} in my wish list", "enter {product} on the wish list",
        "look up {product} and put it on the wish list", "search for {product} and save it for another time",
        "save {product} for another day", "get {product} onto my wish list",
        "put {product} with the things I have saved", "have {product} saved for me without buying it",
    ),
    "save.": (
        "I want {product} on my wish list", "I may buy {product} some day, so save it for later",
        "{product} should be on the wish list", "I would like to save {product} for later",
        "I wish for {product}, so put it on the wish list", "I might want {product} later, so save it",
        "my wish list should have {product} on it", "{product} belongs on my wish list",
        "{product} is something to save for later", "{product} goes on the wish list",
        "I am still thinking about {product}, so save it", "let {product} be saved for later",
        "the wish list needs {product}", "should I ever want {product}, it has to be on my wish list",
    ),
    "add": (
        "put {product} into the basket", "add {product} to the basket", "put {product} in my basket",
        "place {product} in the basket", "find {product} and add it to the basket", "throw {product} in the basket",
        "get {product} into my basket", "look up {product} and place it in the basket",
        "search for {product} and put it into the basket", "put {product} with the other things in my basket",
        "put {product} in the basket, but hold off on the order", "add {product} to what I have in the basket",
        "load {product} into the cart", "put {product} in the basket and stop there",
    ),
    "add.": (
        "I want {product} in my basket", "I want {product} in the basket, but do not order it yet",
        "{product} should be in my basket", "I would like to have {product} in the basket",
        "my basket should contain {product}", "my basket needs {product}", "{product} belongs in the basket",
        "{product} goes into the basket", "I plan to order {product} later, so put it in the basket for now",
        "I need {product} in my cart", "I will do the ordering myself, you just put {product} in the basket",
        "it is enough if {product} is in the basket", "in my basket there should be {product}",
        "let {product} be in the basket",
    ),
    "buy": (
        "buy {product}{extra}", "order {product}{extra}", "purchase {product}{extra}", "get me {product}{extra}",
        "find {product} and buy it{extra}", "get {product} for me{extra}", "buy me {product}{extra}",
        "have {product} ordered{extra}", "look up {product} and order it{extra}",
        "search for {product} and buy it{extra}", "put {product} into the basket and order it{extra}",
        "choose {product} and buy it{extra}", "complete the purchase of {product}{extra}",
        "have {product} bought and sent to me{extra}",
    ),
    "buy.": (
        "I want to buy {product}{extra}", "I would like to order {product}{extra}",
        "I need {product}, so buy it{extra}", "let us buy {product}{extra}", "I wish to purchase {product}{extra}",
        "I am going to buy {product}{extra}", "it is time to order {product}{extra}",
        "{product} is what I want to buy{extra}", "{product} is to be ordered{extra}",
        "{product} should be bought{extra}", "will you buy {product}{extra}?",
        "I must have {product}, so purchase it{extra}", "you may order {product} for me{extra}",
        "I cannot do without {product}, so buy it{extra}",
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
