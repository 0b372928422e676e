"""The report's page: style sheet, frame and the small pieces of HTML that it is made of. One file, no requests.

It follows the reader's light or dark setting, uses the system's fonts, turns tables into cards on a phone, and prints.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

STYLE = """
:root{color-scheme:light dark;--paper:#fbfbf9;--card:#fff;--ink:#1c2126;--soft:#5a646e;--line:#e3e4e0;--track:#ecedea;
--blue:#2b62c9;--orange:#c25a12;--green:#1f7f5c;--gray:#7b838b;--purple:#7b4fb5;--pink:#b83f78;--teal:#127a8c;--mark:43,98,201}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--card:#1b1f23;--ink:#e6e8ea;--soft:#a2abb4;--line:#2f353b;
--track:#2a3036;--blue:#7aa7f7;--orange:#f0975a;--green:#5cc59c;--gray:#98a1aa;--purple:#b896ea;--pink:#ec8db8;--teal:#5cc3d4;
--mark:122,167,247}}
*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
main{max-width:1060px;margin:0 auto;padding:28px 20px 72px}
h1{font-size:1.75rem;line-height:1.2;margin:.2em 0 .3em;letter-spacing:-.01em}
h2{font-size:1.35rem;line-height:1.25;margin:2.6em 0 .7em;padding-top:1.1em;border-top:1px solid var(--line)}
h3{font-size:1.02rem;margin:2em 0 .6em}h4{font-size:.92rem;font-weight:600;margin:0 0 .3em}
p{margin:.5em 0;max-width:72ch}.soft,figcaption,caption,.legend,small{color:var(--soft)}
small,.legend,figcaption{font-size:.875rem}a{color:var(--blue)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.86em}
nav{display:flex;flex-wrap:wrap;gap:6px 16px;margin:1em 0 0;font-size:.94rem}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));gap:16px}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px;min-width:0;
break-inside:avoid}
.card h3{margin:0 0 .5em}figure{margin:0}
.share{display:grid;grid-template-columns:4.6em 1fr 9.6em;gap:4px 10px;align-items:center;
font-size:.94rem;padding:3px 0}
.share>:last-child{text-align:right;white-space:nowrap}.share small{font-size:.82rem}
.bar{position:relative;display:block;height:12px;border-radius:3px;background:var(--track);min-width:70px;
-webkit-print-color-adjust:exact;print-color-adjust:exact}
.fill{position:absolute;inset:0 auto 0 0;border-radius:3px;opacity:.85}
.whisker{position:absolute;top:50%;height:0;border-top:1.5px solid var(--ink)}
.whisker:before,.whisker:after{content:"";position:absolute;top:-5px;height:8px;border-left:1.5px solid var(--ink)}
.whisker:before{left:0}.whisker:after{right:0}
svg.chart{display:block;width:100%;max-width:440px;height:auto}
svg.chart text{font-size:12px;fill:var(--soft)}svg.chart .grid{stroke:var(--line);stroke-width:1}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;margin-top:4px}
.swatch{width:26px;height:8px;margin-right:6px;vertical-align:middle}
table{border-collapse:collapse;width:100%;font-size:.94rem}
caption{text-align:left;font-size:.875rem;padding:0 0 8px}
th{font-weight:600;font-size:.86rem;color:var(--soft);text-align:left;vertical-align:bottom}
th,td{padding:7px 12px 7px 0;border-bottom:1px solid var(--line)}
td.n,th.n{text-align:right;white-space:nowrap}th:last-child,td:last-child{padding-right:0}
td .bar{width:100%}.cards+table{margin-top:22px}
td small{white-space:nowrap}tr{break-inside:avoid}.scroll{overflow-x:auto}
.matrix{width:auto}.matrix td,.matrix th{padding:5px 9px;text-align:right}.matrix tbody th{text-align:left}
.matrix td{-webkit-print-color-adjust:exact;print-color-adjust:exact}
pre{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 14px;margin:.6em 0;
white-space:pre-wrap;max-height:30em;overflow:auto}
img{max-width:100%;height:auto;border-radius:6px;image-rendering:auto}
details{margin:.8em 0}summary{cursor:pointer;color:var(--soft)}
.tag{font-size:.8rem;border:1px solid var(--line);border-radius:99px;padding:1px 9px;color:var(--soft);
white-space:nowrap}
@media (max-width:640px){main{padding:18px 16px 56px}.share{grid-template-columns:4.2em 1fr 8.8em}
table.wide thead{position:absolute;clip-path:inset(50%)}table.wide tr{display:block;padding:10px 0;
border-bottom:1px solid var(--line)}table.wide td{display:flex;justify-content:space-between;gap:16px;border:0;
padding:2px 0;text-align:right}table.wide td:before{content:attr(data-label);color:var(--soft);text-align:left}

table.wide td:not([data-label]):before{content:none}svg.chart text{font-size:14px}
table.wide td:first-child{font-weight:600;text-align:left}table.wide td:not([data-label]) span:has(.bar){flex:1}}
@media print{:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--track:#eee}body{font-size:11pt}
main{max-width:none;padding:0}nav{display:none}thead{break-after:avoid}table.wide td:first-child{white-space:nowrap}
pre{max-height:none}h2,h3,h4{break-after:avoid}
.cards{grid-template-columns:1fr 1fr}.cards:has(.share){grid-template-columns:1fr}table.wide td small{display:block}}
"""


def document(title: str, body: str) -> str:
    """A whole document."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n"
        "</html>\n"
    )


def escape(text: object) -> str:
    """Text as HTML."""
    return html.escape(str(text))


def percent(share: float) -> str:
    """A share in percent with one decimal; 0 and 1 without."""
    if math.isnan(share):
        return "–"
    return f"{share:.0%}" if share in (0.0, 1.0) else f"{share:.1%}"


def percent_interval(low: float, high: float) -> str:
    """An interval of a share, in percent."""
    return f"[{100 * low:.1f}, {100 * high:.1f}]"


def number(value: float) -> str:
    """A number with about four significant digits, and the same decimals as its neighbors of like size."""
    if math.isnan(value):
        return "–"
    size = abs(value)
    return f"{value:,.{0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 10 else 3}f}"


def number_interval(low: float, high: float) -> str:
    """An interval of a mean."""
    return f"[{number(low)}, {number(high)}]"


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int] = (), caption: str = "") -> str:
    """A table of HTML cells that becomes a list of cards on a phone; `numeric` columns are aligned to the right."""
    marks = ['class="n"' if column in numeric else "" for column in range(len(headers))]
    widths = ["" if header else 'style="width:26%"' for header in headers]
    head = "".join(f"<th {mark} {width}>{escape(header)}</th>" for mark, width, header in zip(marks, widths, headers))
    lines = []
    for row in rows:
        names = [f'data-label="{escape(header)}"' if column and header else "" for column, header in enumerate(headers)]
        lines.append(
            "".join(f"<td {mark} {name}><span>{cell}</span></td>" for mark, name, cell in zip(marks, names, row))
        )
    top = f"<caption>{caption}</caption>" if caption else ""
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<table class="wide">{top}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def matrix(labels: Sequence[str], counts: Sequence[Sequence[int]], caption: str) -> str:
    """A confusion matrix: rows what was right, columns what was said, shaded by the share of the row."""
    head = "".join(f"<th>{escape(label)}</th>" for label in labels)
    lines = []
    for label, row in zip(labels, counts):
        total = max(sum(row), 1)
        cells = [f'<td style="background:rgba(var(--mark),{0.5 * count / total:.3f})">{count:,}</td>' for count in row]
        lines.append(f"<tr><th>{escape(label)}</th>{''.join(cells)}</tr>")
    return (
        f'<small class="soft">{caption}</small><div class="scroll"><table class="matrix">'
        f"<thead><tr><th></th>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )
