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
    "in.top": (
        " in {folder}", " in the {folder} folder", " in the folder {folder}", " in my {folder} folder",
        " within the folder {folder}", " within my {folder} folder", " in the folder called {folder}",
        " in the folder named {folder}", " in the folder with the name {folder}",
        " in the folder that is called {folder}", " in my folder {folder}", " in our {folder} folder",
        " located in the folder {folder}", " in the {folder} folder of Home",
    ),
    "in.nested": (
        " in the {folder} folder in {parent}", " in the folder {folder} in {parent}",
        " in the {folder} folder of {parent}", " in {parent} / {folder}", " in the folder {folder} within {parent}",
        " in {folder} within the {parent} folder", " in the folder {folder} that lies within {parent}",
        " in the {folder} subfolder of {parent}", " in the folder {folder} under {parent}",
        " in my {folder} folder within my {parent} folder",
        " in the folder named {folder} in the folder named {parent}", " located in the folder {folder} of {parent}",
        " in the {folder} folder that belongs to {parent}", " within {parent} in the folder called {folder}",
    ),
    "in.home": (
        " in Home", " in the Home folder", " in the folder Home", " within Home", " in my Home folder",
        " in the folder called Home", " in the folder named Home", " located in Home",
        " in the folder with the name Home", " in the main folder Home",
    ),
    "to": (
        "{folder_to}", "the {folder_to} folder", "the folder {folder_to}", "my {folder_to} folder",
        "my folder {folder_to}", "the folder called {folder_to}", "the folder named {folder_to}",
        "the folder with the name {folder_to}", "the folder that is called {folder_to}", "folder {folder_to}",
        "our {folder_to} folder", "the {folder_to} folder in Home", "the folder {folder_to} of Home",
        "the folder labeled {folder_to}",
    ),
    "to two": (
        "{folder_two}", "the {folder_two} folder", "the folder {folder_two}", "my {folder_two} folder",
        "my folder {folder_two}", "the folder called {folder_two}", "the folder named {folder_two}",
        "the folder with the name {folder_two}", "the folder that is called {folder_two}", "folder {folder_two}",
        "our {folder_two} folder", "the {folder_two} folder in Home", "the folder {folder_two} of Home",
        "the folder labeled {folder_two}",
    ),
    "files.file": (
        "the file {file}{in}", "the file called {file}{in}", "the file {file}, which is{in},", "the {file} file{in}",
        "my file {file}{in}", "the file named {file}{in}", "the file{in} that is called {file}",
        "the file{in} with the name {file}", "the file{in} whose name is {file}", "the single file {file}{in}",
        "the file labeled {file}{in}", "that file {file}{in}",
    ),
    "files.extension": (
        "every .{extension} file{in}", "all .{extension} files{in}", "every {extension} file{in}",
        "each .{extension} file{in}", "all the {extension} files{in}", "the .{extension} files{in}",
        "all of the .{extension} files{in}", "every single .{extension} file{in}",
        "whatever .{extension} files there are{in}", "all files{in} in {extension} format",
        "all my {extension} files{in}", "each of the {extension} files{in}",
    ),
    "files.word": (
        "every {word} file{in}", "all {word} files{in}", 'every file{in} with "{word}" in its name',
        "each {word} file{in}", 'all files{in} with "{word}" in the name',
        'all files{in} that have "{word}" in their name', 'every file{in} whose name includes "{word}"',
        'all files{in} named with the word "{word}"', "all of the {word} files{in}", "every single {word} file{in}",
        "all my {word} files{in}", 'whatever files there are{in} with "{word}" in the name',
        'every file{in} whose name has "{word}" in it', 'all files{in} that mention "{word}" in the file name',
    ),
    "files.all": (
        "every file{in}", "all files{in}", "all the files{in}", "each file{in}", "all of the files{in}",
        "every single file{in}", "every one of the files{in}", "each of the files{in}", "all files there are{in}",
        "whatever files there are{in}", "the files{in}", "all my files{in}", "all of my files{in}",
        "all files of any kind{in}",
    ),
    "others.extension": (
        "every .{extension_two} file there", "all .{extension_two} files there", "the {extension_two} files there",
        "all of the .{extension_two} files there", "every single .{extension_two} file there",
        "each .{extension_two} file there", "any .{extension_two} files that are also there",
        "all {extension_two} files in the same folder", "every .{extension_two} file in the same folder",
        "each of the {extension_two} files in that folder",
        "whatever .{extension_two} files there are in the same folder",
        "all the .{extension_two} ones in the same folder", "all the files in {extension_two} format there",
        "the .{extension_two} files you find there",
    ),
    "others.word": (
        "every {word_two} file there", "all {word_two} files there", "the {word_two} files there",
        'all files there that have "{word_two}" in their name', 'every file there with "{word_two}" in its name',
        "all of the {word_two} files there", "every single {word_two} file there",
        "any {word_two} files that are also there", 'every file there whose name includes "{word_two}"',
        "each of the {word_two} files in that folder", "whatever {word_two} files there are in the same folder",
        'every file in the same folder that has "{word_two}" in the name', "all the {word_two} ones in the same folder",
        'all files there named with the word "{word_two}"',
    ),
    "move": (
        "move {files} to {to}", "put {files} into {to}", "move {files} into {to}", "move {files} over to {to}",
        "take {files} to {to}", "send {files} over to {to}", "push {files} across to {to}",
        "cut {files} and paste into {to}", "have {files} moved to {to}", "let {files} go to {to}",
        "change the folder of {files} to {to}", "switch {files} over to {to}", "tuck {files} away into {to}",
    ),
    "move.": (
        "I want {files} moved to {to}", "{files} should go to {to}", "I would like to have {files} moved to {to}",
        "{files} can go into {to}", "I need {files} moved over to {to}", "let us move {files} to {to}",
        "what I want is to have {files} brought over to {to}", "it is time to take {files} over to {to}",
    ),
    "move two:it": (
        "move {others} to {to_two}", "put {others} into {to_two}", "move {others} into {to_two}",
        "take {others} to {to_two}", "send {others} over to {to_two}", "let {others} go to {to_two}",
        "have {others} moved to {to_two}",
    ),
    "bring:it": (
        "move it to {to}", "put it into {to}", "move it into {to}", "move it over to {to}", "take it to {to}",
        "send it over to {to}", "let it go to {to}", "have it moved to {to}", "change its folder to {to}",
        "move the renamed file to {to}",
    ),
    "copy": (
        "copy {files} to {to}", "make a copy of {files} in {to}", "copy {files} into {to}",
        "put a copy of {files} into {to}", "copy {files} over to {to}", "add a copy of {files} to {to}",
        "send a copy of {files} to {to}", "take a copy of {files} over to {to}", "paste a copy of {files} into {to}",
        "copy and paste {files} into {to}", "give {to} a copy of {files}", "have {files} copied to {to}",
        "let {files} stay and put a copy into {to}",
    ),
    "copy.": (
        "I want {files} copied to {to}", "I want a copy of {files} in {to}",
        "there should be a copy of {files} in {to}", "{files} should be copied to {to}",
        "{files} should stay, but I want a copy sent to {to}", "I need a copy of {files} put into {to}",
        "let us copy {files} to {to}", "a copy of {files} should go to {to}",
    ),
    "delete": (
        "delete {files}", "remove {files}", "delete {files} for good", "throw away {files}",
        "take {files} off the disk", "destroy {files}", "eliminate {files}", "purge {files}", "toss {files} out",
        "permanently delete {files}", "have {files} deleted", "let {files} be deleted",
        "make {files} vanish completely", "make sure nothing remains of {files}",
    ),
    "delete.": (
        "I want {files} deleted", "{files} can be deleted", "I do not need {files}, so delete what is there",
        "{files} should be deleted", "{files} can be thrown away", "{files} may be removed for good",
        "{files} should disappear forever", "I need {files} gone for good", "I want nothing left of {files}",
        "let us delete {files}", "there should be nothing left of {files}", "you can throw out {files}",
        "I am done with {files} and want no trace left",
    ),
    "delete two:it": (
        "delete {others}", "remove {others}", "throw away {others}", "delete {others} for good", "destroy {others}",
        "throw out {others}", "remove {others} for good", "have {others} deleted", "let {others} disappear for good",
        "make {others} go away forever", "take {others} off the disk",
    ),
    "rename": (
        "rename {files} to {name}", "change the name of {files} to {name}", "give {files} the name {name}",
        "change the file name of {files} to {name}", "give {files} the new name {name}",
        "choose {name} as the name for {files}", "have {files} renamed to {name}", "assign the name {name} to {files}",
        "switch the name of {files} to {name}", "update the name of {files} to {name}",
        "put the name {name} on {files}", "make sure that {files} will be called {name}",
        "find {files} and change the name to {name}",
    ),
    "rename.": (
        "I want {files} renamed to {name}", "{files} should be called {name}", "the name of {files} should be {name}",
        "{files} should be renamed to {name}", "I need {files} renamed to {name}",
        "I want to change the name of {files} to {name}", "I would like {files} to have the name {name}",
        "let us rename {files} to {name}", "the new name for {files} will be {name}",
        "what I want is the name {name} for {files}", "{files} can have the name {name} instead of the old one",
        "the name I want for {files} would be {name}, so please rename",
    ),
    "create": (
        "make a folder {title} in Home", "create the folder {title} in Home", "create a folder called {title} in Home",
        "make a new folder {title} in Home", "add a folder called {title} to Home",
        "make a folder called {title} in Home", "make a folder named {title} in Home",
        "put a new folder called {title} into Home", "give Home a new folder named {title}",
        "have a folder {title} made in Home", "generate a new folder {title} in Home",
        "go to Home and add a folder {title}", "make a folder in Home under the name {title}",
        "make another folder in Home with the name {title}",
    ),
    "create.": (
        "I need a folder {title} in Home", "I want a new folder {title} in Home",
        "there should be a folder {title} in Home", "I need a new folder called {title} in Home",
        "I want a folder {title} created in Home", "I want Home to have a folder called {title}",
        "I want you to make a folder {title} in Home", "I would like a new folder with the name {title} in Home",
        "I am missing a folder called {title} in Home, so please make one", "let us make a new folder {title} in Home",
        "Home needs a folder named {title}", "a new folder called {title} should be made in Home",
        "there has to be a new folder named {title} in Home",
        "what I want is a new folder in Home with the name {title}",
    ),
    "fill:it": (
        "move {files} into it", "put {files} into it", "move {files} there", "move {files} into the new folder",
        "move {files} over to it", "take {files} over there", "send {files} there", "let {files} go into it",
        "have {files} moved there",
    ),
    "remove:it": (
        "delete the empty folder", "remove the empty folder", "delete the folder that is empty then",
        "delete the folder that has nothing left in it", "delete the folder where the files were",
        "delete the folder you took the files from", "let the empty folder disappear for good",
        "take the folder that is empty by then off the disk", "have the emptied folder deleted",
        "clear away the folder you have just made empty",
    ),
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
