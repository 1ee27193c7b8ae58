#include "simulator/page.hpp"

namespace bizcomms::simulator {

const std::string_view k_page_style = R"css(
:root{--ink:#1b2330;--soft:#667085;--line:#e3e7ee;--paper:#fff;--ground:#f3f5f9;--mine:#2563eb;--mine-ink:#fff;--theirs:#e9edf4;
--good:#15803d;--bad:#c2410c;--call:#fef6e7;--call-line:#f3dfb4;--focus:#2563eb}
@media (prefers-color-scheme:dark){:root{--ink:#e7ebf2;--soft:#93a0b4;--line:#2a3342;--paper:#161c26;--ground:#0f141c;--mine:#3b76f0;
--mine-ink:#fff;--theirs:#253042;--good:#4ade80;--bad:#fb923c;--call:#2b2618;--call-line:#4a3f22;--focus:#7aa5ff}}
*{box-sizing:border-box}
[hidden]{display:none!important}
html,body{height:100%;margin:0}
body{display:flex;flex-direction:column;color:var(--ink);background:var(--ground);
font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
button,input,select{font:inherit;color:inherit}
button{cursor:pointer}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
header{display:flex;align-items:center;gap:14px;padding:10px 18px;background:var(--paper);border-bottom:1px solid var(--line);flex-wrap:wrap}
h1{font-size:17px;margin:0;letter-spacing:-.01em;font-weight:650}
h1 em{font-style:normal;font-weight:400;color:var(--soft)}
.logo{color:var(--mine)}
#back{display:none;border:0;background:none;font-size:26px;line-height:1;padding:0 8px}
#figures{display:flex;gap:8px;flex-wrap:wrap;margin-left:auto}
.chip{background:var(--ground);border:1px solid var(--line);border-radius:99px;padding:2px 11px;font-size:13px;color:var(--soft);white-space:nowrap}
.chip b{color:var(--ink);font-weight:620;font-variant-numeric:tabular-nums}
.chip.bad b{color:var(--bad)}
.mood{font-size:13px;color:var(--soft)}
.mood select{border:1px solid var(--line);border-radius:8px;background:var(--paper);padding:3px 6px;max-width:190px}
main{flex:1;display:grid;grid-template-columns:320px 1fr;min-height:0}
nav{border-right:1px solid var(--line);background:var(--paper);display:flex;flex-direction:column;min-height:0}
#search{margin:12px;padding:8px 12px;border:1px solid var(--line);border-radius:10px;background:var(--ground)}
#phones{list-style:none;margin:0;padding:0 8px 8px;overflow-y:auto;flex:1}
#phones button{display:grid;grid-template-columns:42px 1fr auto;gap:0 11px;width:100%;text-align:left;border:0;background:none;
padding:9px 10px;border-radius:12px;align-items:center}
#phones button:hover{background:var(--ground)}
#phones button[aria-current=true]{background:color-mix(in srgb,var(--mine) 13%,transparent)}
.face{grid-row:span 2;width:42px;height:42px;border-radius:50%;display:grid;place-items:center;font-weight:650;color:#fff;font-size:14px}
.number{font-weight:600;white-space:nowrap;font-variant-numeric:tabular-nums}
.none{color:var(--soft);font-size:13.5px;padding:10px}
.when{font-size:12px;color:var(--soft)}
.last{grid-column:2;color:var(--soft);font-size:13.5px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.badge{justify-self:end;font-size:11.5px;border-radius:99px;padding:1px 8px;background:var(--ground);color:var(--soft)}
.badge.ring{background:var(--good);color:#fff;animation:pulse 1s infinite alternate}
.badge.stop{background:var(--bad);color:#fff}
.badge.new{background:var(--mine);color:#fff}
@keyframes pulse{to{opacity:.55}}
@media (prefers-reduced-motion:reduce){.badge.ring{animation:none}}
section{display:flex;flex-direction:column;min-height:0;min-width:0}
#title:empty{display:none}
#title{padding:12px 22px;font-weight:620;border-bottom:1px solid var(--line);background:var(--paper);font-variant-numeric:tabular-nums;min-height:46px}
#title small{font-weight:400;color:var(--soft);margin-left:10px}
#talk{flex:1;overflow-y:auto;padding:20px 22px;display:flex;flex-direction:column;gap:10px}
.empty{margin:auto;max-width:440px;text-align:center;color:var(--soft)}
.empty h2{color:var(--ink);font-size:19px;margin:0 0 6px}
.empty .big{font-size:46px}
.bubble{max-width:min(72%,560px);padding:9px 14px;border-radius:17px;background:var(--theirs);align-self:flex-start;border-bottom-left-radius:5px;
white-space:pre-wrap;overflow-wrap:anywhere}
.bubble.mine{align-self:flex-end;background:var(--mine);color:var(--mine-ink);border-radius:17px;border-bottom-right-radius:5px}
.bubble.away{opacity:.55}
.bubble.lost{background:none;border:1px dashed var(--bad)}
.bubble.auto{background:none;border:1px solid var(--line);color:var(--soft);font-size:14px}
.note{font-size:12px;color:var(--soft);margin:3px 4px 0;white-space:normal}
.mine .note{color:inherit;opacity:.8}
.card{align-self:flex-start;width:min(100%,520px);background:var(--call);border:1px solid var(--call-line);border-radius:16px;padding:12px 16px}
.card h3{margin:0 0 6px;font-size:14px;display:flex;gap:8px;align-items:center}
.card h3 span{margin-left:auto;font-weight:400;color:var(--soft);font-size:13px}
.card p{margin:5px 0;overflow-wrap:anywhere}
.card p.said::before{content:"“"}
.card p.said::after{content:"”"}
.card p.pressed{font-weight:650;color:var(--mine)}
#keypad{padding:12px 22px;border-top:1px solid var(--line);background:var(--paper)}
#keypad p{margin:0 0 8px;color:var(--soft);font-size:13.5px}
#keys{display:grid;grid-template-columns:repeat(12,1fr);gap:7px;max-width:720px}
#keys button{border:1px solid var(--line);background:var(--ground);border-radius:12px;padding:8px 0;font-size:18px;font-weight:600}
#keys button:active,#quick button:active{transform:scale(.96)}
#write{padding:10px 22px 16px;border-top:1px solid var(--line);background:var(--paper)}
#quick{display:flex;gap:8px;margin-bottom:9px}
#quick button{border:1px solid var(--line);background:var(--ground);border-radius:99px;padding:3px 14px;font-size:13.5px}
.line{display:flex;gap:9px}
#text{flex:1;min-width:0;padding:9px 14px;border:1px solid var(--line);border-radius:99px;background:var(--ground)}
.line button{border:0;background:var(--mine);color:var(--mine-ink);border-radius:99px;padding:9px 20px;font-weight:600}
#toast{position:fixed;left:50%;bottom:26px;transform:translateX(-50%);background:var(--ink);color:var(--paper);padding:9px 18px;border-radius:12px;
opacity:0;pointer-events:none;transition:opacity .2s;max-width:90vw}
#toast.on{opacity:1}
@media (max-width:760px){
main{grid-template-columns:1fr}
section{display:none}
body.open nav{display:none}
body.open section{display:flex}
body.open #back{display:block}
body.open #figures,body.open .mood{display:none}
#figures{margin-left:0;width:100%;order:3}
.mood{margin-left:auto}
#keys{grid-template-columns:repeat(3,1fr);max-width:260px;margin:auto}
#keypad p{text-align:center}
.bubble{max-width:86%}
#talk,#write,#keypad{padding-left:14px;padding-right:14px}
}
)css";

}  // namespace bizcomms::simulator
