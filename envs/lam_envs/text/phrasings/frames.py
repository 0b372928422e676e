"""What holds the clauses of a request together: "frame" goes around one, "join2" and "join3" around more."""

from __future__ import annotations

from lam_envs.text.language import Rules

# fmt: off
FRAMES: dict[str, Rules] = {
    "train": {
        "frame": (
            "{do}", "{do}", "{do}", "please {do}", "{do}, please", "can you {do}?", "I would like you to {do}",
            "I want you to {do}", "will you please {do}?", "your task is to {do}", "be so kind as to {do}",
            "what I want is for you to {do}", "here is what to do: {do}", "{do}, thanks", "help me out and {do}",
            "you should {do}",
        ),
        "join2": (
            "{one} and {two}", "{one} and then {two}", "{one}, then {two}", "please {one} and {two}",
            "can you {one} and then {two}?", "I want you to {one} and {two}",
            "I would like you to {one} and then {two}", "{one} and {two}, please", "step one: {one}; step two: {two}",
            "{one}; that done, {two}",
        ),
        "join3": (
            "{one}, {two} and {three}", "{one}, {two} and then {three}", "{one}, then {two} and {three}",
            "please {one}, {two} and {three}", "can you {one}, then {two} and {three}?",
            "I want you to {one}, {two} and {three}", "I would like you to {one}, {two} and then {three}",
            "{one}, {two} and {three}, please", "{one}; then {two}; then {three}",
            "step one: {one}; step two: {two}; step three: {three}", "{one}. Then {two}. Then {three}",
            "to begin with, {one}; second, {two}; third, {three}",
        ),
    },
    "held_out": {
        "frame": (
            "{do}", "{do}", "could you {do}?", "would you {do}?", "kindly {do}", "I need you to {do}",
            "when you have a moment, {do}", "go ahead and {do}", "it would be great if you could {do}",
            "do me a favor and {do}",
        ),
        "join2": (
            "first {one}, after that {two}", "{one}, and afterwards {two}", "{one}; once that is done, {two}",
            "{one} and also {two}", "{one}, and when you are finished, {two}", "could you {one} and also {two}?",
            "I need you to {one} and afterwards {two}", "would you {one} and, once that is done, {two}?",
            "kindly {one}, and afterwards {two}", "{one}, and then go on to {two}",
            "when you have a moment, {one} and also {two}", "go ahead and {one}, and after that {two}",
        ),
        "join3": (
            "{one}, {two}, and finally {three}", "first {one}, next {two}, and after that {three}",
            "{one}; {two}; lastly, {three}", "{one}, {two} as well, and in the end {three}",
            "could you {one}, {two}, and finally {three}?", "I need you to {one}, next {two}, and finally {three}",
            "kindly {one}, {two}, and in the end {three}", "when you have a moment, {one}, {two}, and finally {three}",
            "go ahead and {one}, next {two}, and lastly {three}",
            "would you {one}, afterwards {two}, and lastly {three}?",
            "{one}, and also {two}; when that is done, {three}", "do me a favor and {one}, {two}, and finally {three}",
        ),
    },
}
# fmt: on
