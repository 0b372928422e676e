"""Files: how requests are worded, train and held out.

Symbols: "<verb>" is an imperative clause on {files}, "<verb>." a whole sentence, "<verb>:it" a clause on files already
named, "<verb> two:it" one on {others}, further files of the same folder; "fill:it" puts files into a new folder,
"bring:it" takes a renamed file elsewhere. "files.<object>" and "others.<object>" are noun phrases, "in.<attribute>"
says where, "to" and "to two" name the folder aimed at.
"""

from __future__ import annotations

from lam_envs.text.language import Grammar, Rules
from lam_envs.text.phrasings.frames import FRAMES

SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("delete", "remove"),
    ("every", "each"),
    ("make", "create"),
    ("I want you to", "I would like you to"),
    ("change the name of", "change the file name of"),
)
"""Groups that mean the same in every train template, without held-out words; augmentation may exchange them."""

# fmt: off
TRAIN: Rules = {
    **FRAMES["train"],
    "in.top": (" in {folder}", " in the {folder} folder", " in the folder {folder}", " in my {folder} folder"),
    "in.nested": (
        " in the {folder} folder in {parent}", " in the folder {folder} in {parent}",
        " in the {folder} folder of {parent}",
        " in {parent} / {folder}",
    ),
    "in.home": (" in Home", " in the Home folder", " in the folder Home"),
    "to": ("{folder_to}", "the {folder_to} folder", "the folder {folder_to}"),
    "to two": ("{folder_two}", "the {folder_two} folder", "the folder {folder_two}"),
    "files.file": ("the file {file}{in}", "the file called {file}{in}", "the file {file}, which is{in},"),
    "files.extension": (
        "every .{extension} file{in}", "all .{extension} files{in}", "every {extension} file{in}",
        "each .{extension} file{in}", "all the {extension} files{in}",
    ),
    "files.word": (
        "every {word} file{in}", "all {word} files{in}", 'every file{in} with "{word}" in its name',
        "each {word} file{in}", 'all files{in} with "{word}" in the name',
    ),
    "files.all": ("every file{in}", "all files{in}", "all the files{in}", "each file{in}"),
    "others.extension": (
        "every .{extension_two} file there", "all .{extension_two} files there", "the {extension_two} files there",
    ),
    "others.word": ("every {word_two} file there", "all {word_two} files there", "the {word_two} files there"),
    "move": (
        "move {files} to {to}", "put {files} into {to}", "move {files} into {to}", "move {files} over to {to}",
        "take {files} to {to}",
    ),
    "move.": (
        "I want {files} moved to {to}", "{files} should go to {to}", "I would like to have {files} moved to {to}",
    ),
    "move two:it": ("move {others} to {to_two}", "put {others} into {to_two}"),
    "bring:it": ("move it to {to}", "put it into {to}", "move it into {to}"),
    "copy": (
        "copy {files} to {to}", "make a copy of {files} in {to}", "copy {files} into {to}",
        "put a copy of {files} into {to}",
        "copy {files} over to {to}",
    ),
    "copy.": (
        "I want {files} copied to {to}", "I want a copy of {files} in {to}",
        "there should be a copy of {files} in {to}",
    ),
    "delete": (
        "delete {files}", "remove {files}", "delete {files} for good", "throw away {files}",
        "take {files} off the disk",
    ),
    "delete.": (
        "I want {files} deleted", "{files} can be deleted", "I do not need {files}, so delete what is there",
    ),
    "delete two:it": ("delete {others}", "remove {others}", "throw away {others}"),
    "rename": (
        "rename {files} to {name}", "change the name of {files} to {name}", "give {files} the name {name}",
        "change the file name of {files} to {name}", "give {files} the new name {name}",
    ),
    "rename.": (
        "I want {files} renamed to {name}", "{files} should be called {name}", "the name of {files} should be {name}",
    ),
    "create": (
        "make a folder {title} in Home", "create the folder {title} in Home", "create a folder called {title} in Home",
        "make a new folder {title} in Home", "add a folder called {title} to Home",
    ),
    "create.": (
        "I need a folder {title} in Home", "I want a new folder {title} in Home",
        "there should be a folder {title} in Home",
    ),
    "fill:it": ("move {files} into it", "put {files} into it", "move {files} there"),
    "remove:it": ("delete the empty folder", "remove the empty folder", "delete the folder that is empty then"),
}

HELD_OUT: Rules = {
    **FRAMES["held_out"],
    "in.top": (
        " stored in {folder}", " kept in the {folder} directory", " inside {folder}",
        " sitting in the {folder} directory",
    ),
    "in.nested": (
        " stored in the {folder} directory of {parent}", " kept in {parent} under {folder}",
        " inside {folder} within {parent}",
        " sitting in the {folder} directory under {parent}",
    ),
    "in.home": (" stored directly in Home", " kept in the Home directory", " lying loose in Home"),
    "to": ("the {folder_to} directory", "the directory called {folder_to}"),
    "to two": ("the {folder_two} directory", "the directory called {folder_two}"),
    "files.file": ("the document {file}{in}", "the item called {file}{in}", "the one document {file}{in}"),
    "files.extension": (
        "any document ending in .{extension}{in}", "the documents of type {extension}{in}",
        "any {extension} document{in}", "whatever ends in .{extension}{in}",
        "all documents with the extension {extension}{in}",
    ),
    "files.word": (
        "any document{in} with {word} as part of its title", 'whatever has "{word}" in its title{in}',
        "any {word} document{in}", 'the documents{in} whose names contain "{word}"',
        'all documents{in} that begin with "{word}"',
    ),
    "files.all": (
        "each and every document{in}", "any document{in}", "the documents{in}, one and all,", "all documents{in}",
    ),
    "others.extension": (
        "any document beside them ending in .{extension_two}", "the {extension_two} documents from there as well",
        "any {extension_two} document next to them",
    ),
    "others.word": (
        "any {word_two} document beside them", "the {word_two} documents from there as well",
        "the {word_two} documents next to them",
    ),
    "move": (
        "transfer {files} to {to}", "shift {files} to {to}", "relocate {files} to {to}", "bring {files} over to {to}",
        "drop {files} into {to}", "drag {files} over to {to}", "file {files} under {to}", "carry {files} over to {to}",
        "place {files} in {to}",
    ),
    "move.": (
        "the right place for {files} is {to}", "see to it that {to} holds {files} from now on",
        "let {to} be the new place of {files}", "from now on {to} is where I keep {files}",
    ),
    "move two:it": ("transfer {others} to {to_two}", "shift {others} to {to_two}", "place {others} in {to_two}"),
    "bring:it": ("transfer it to {to}", "shift it to {to}", "place it in {to}"),
    "copy": (
        "place a copy of {files} in {to}", "store a copy of {files} in {to}", "leave a copy of {files} in {to}",
        "produce a copy of {files} in {to}", "back up {files} as a copy in {to}",
        "duplicate {files}, with the copy going to {to}", "keep a second copy of {files} in {to}",
        "save a copy of {files} to {to}", "drop a copy of {files} into {to}",
    ),
    "copy.": (
        "{to} ought to get a copy of {files}", "see to it that {to} holds a copy of {files}",
        "let {to} have a copy of {files}", "we could use a copy of {files} in {to}",
    ),
    "delete": (
        "erase {files}", "trash {files}", "bin {files}", "discard {files}", "wipe {files}", "get rid of {files}",
        "dispose of {files}", "scrap {files}", "do away with {files}",
    ),
    "delete.": (
        "nobody has any use for {files}, so erase what is there",
        "see to it that {files} cannot be found any longer, for good",
        "I could do without {files}, so bin what is there", "I need the space, so erase {files}",
    ),
    "delete two:it": ("erase {others}", "discard {others}", "bin {others}"),
    "rename": (
        "retitle {files} as {name}", "let {files} go by {name}", "relabel {files} as {name}",
        "use {name} as the title of {files}",
        "replace the title of {files} by {name}", "turn the title of {files} into {name}",
        "have {files} listed as {name}",
        "edit the title of {files} so that it reads {name}", "make {name} the title of {files}",
    ),
    "rename.": (
        "{files} ought to be titled {name}", "see to it that {files} is listed as {name}",
        "from now on {files} goes by {name}", "a better title for {files} is {name}, so use that",
    ),
    "create": (
        "set up a directory {title} directly in Home", "start a directory called {title} at the top of Home",
        "open up a new directory {title} right in Home", "establish a directory {title} in Home",
        "build a directory called {title} in Home", "lay out a new directory {title} in Home",
        "prepare a directory {title} in Home", "get me a directory {title} in Home",
    ),
    "create.": (
        "see to it that Home has a directory {title}", "Home lacks a directory {title}, so set one up",
        "let Home have a directory called {title}", "we could use a directory {title} in Home",
    ),
    "fill:it": ("transfer {files} into that directory", "shift {files} into it", "place {files} in it"),
    "remove:it": (
        "erase the directory, which is empty then", "get rid of the empty directory",
        "discard the directory that is now empty",
    ),
}
# fmt: on

GRAMMAR = Grammar(TRAIN, HELD_OUT)
