/// The style of all pages: one column, light and dark, no fonts or pictures from elsewhere.
enum StyleSheet {
    static let text = """
        :root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d0d7de;--soft:#f6f8fa;--link:#0b57a4;
        --good:#116329;--goodbg:#e6f4ea;--bad:#a40e26;\
        --badbg:#fdecee;--note:#7d4e00;--notebg:#fff5d6;--doubt:#57606a;--doubtbg:#eceff2}
        @media(prefers-color-scheme:dark){:root{--bg:#0f1318;--fg:#e6edf3;--dim:#9aa4af;--line:#343b44;--soft:#171c23;
        --link:#79b8ff;--good:#6fdd8b;--goodbg:#10291a;--bad:#ff9aa5;--badbg:#35141a;--note:#f2cc60;--notebg:#2e2510;
        --doubt:#aab4bf;--doubtbg:#20262e}}
        *{box-sizing:border-box}
        html{font:16px/1.5 system-ui,sans-serif;background:var(--bg);color:var(--fg);-webkit-text-size-adjust:100%}
        body{margin:0}
        main{max-width:60rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}
        main:focus{outline:none}
        header nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline;padding:.5rem \
        1rem;border-bottom:1px solid var(--line)}
        .brand{font-weight:700}
        nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;margin:0;padding:0}
        nav a,.pages a{display:inline-block;padding:.25rem 0}
        nav a[aria-current]{font-weight:600;color:var(--fg);text-decoration-thickness:2px}
        a{color:var(--link)}
        a:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,summary:focus-visible,\
        pre:focus-visible{outline:3px solid var(--link);outline-offset:2px}
        .skip{position:absolute;left:-999px}
        .skip:focus{left:.5rem;top:.5rem;background:var(--bg);padding:.5rem;z-index:1}
        .vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        h1{font-size:1.5rem;line-height:1.3;margin:.5rem 0}
        h2{font-size:1.2rem;margin:1.75rem 0 .5rem;line-height:1.3}
        h3{font-size:1rem;margin:1rem 0 .25rem}
        h2 small{font-weight:400;color:var(--dim);font-size:.9rem}
        p{margin:.5rem 0}
        .small,small{font-size:.875rem;color:var(--dim)}
        .ask{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end;margin:1rem 0}
        .ask label{flex:1 0 100%;font-weight:600}
        .ask .field{flex:1 1 12rem}
        .ask .field label{display:block;font-weight:600}
        input,select,button{font:inherit;color:inherit;background:var(--bg);border:1px solid \
        var(--dim);border-radius:6px;padding:.5rem .75rem;min-height:2.75rem;max-width:100%}
        input{flex:1 1 14rem;min-width:0;width:100%}
        .ask>input{width:auto}
        select{width:100%}
        button{background:var(--link);border-color:var(--link);color:var(--bg);font-weight:600;cursor:pointer}
        button:disabled{opacity:.6;cursor:default}
        .buttons{display:flex;flex-wrap:wrap;gap:.5rem}
        .fault{color:var(--bad);font-weight:600}
        blockquote{margin:.5rem 0;padding:.5rem .75rem;border-left:4px solid \
        currentColor;font-family:ui-monospace,monospace;font-size:.95rem}
        pre{margin:.25rem 0;padding:.5rem .75rem;background:var(--soft);border:1px solid \
        var(--line);border-radius:6px;overflow-x:auto;white-space:pre-wrap;font:0.875rem/1.5 ui-monospace,monospace}
        code{font:0.875em ui-monospace,monospace}
        .verdict{border:1px solid;border-radius:10px;padding:.75rem 1rem;margin:.5rem 0}
        .verdict p,.verdict h1,.verdict blockquote{color:var(--fg)}
        .verdict .mark{color:inherit}
        .good{--tone:var(--good);--tonebg:var(--goodbg)}
        .bad,.failed{--tone:var(--bad);--tonebg:var(--badbg)}
        .note,.warning{--tone:var(--note);--tonebg:var(--notebg)}
        .doubt,.going{--tone:var(--doubt);--tonebg:var(--doubtbg)}
        .plain{--tone:var(--dim);--tonebg:var(--soft)}
        .ok{--tone:var(--good);--tonebg:var(--goodbg)}
        .verdict{border-color:var(--tone);background:var(--tonebg);color:var(--tone)}
        .mark{color:var(--tone);font-weight:700}
        .steps,.links{list-style:none;margin:.5rem 0;padding:0}
        .steps>li,.links>li{border-left:4px solid var(--tone,var(--line));padding:.25rem 0 .25rem .75rem;margin:.5rem 0}
        .steps p{margin:.1rem 0}
        .step i{font-style:normal;color:var(--tone);font-weight:600}
        .subject{color:var(--dim)}
        .ms{color:var(--dim);font-size:.875rem;white-space:nowrap}
        .links>li.broken{background:var(--tonebg)}
        .help{margin:.25rem 0;padding:.5rem .75rem;background:var(--soft);border-radius:6px}
        .help div{display:flex;flex-wrap:wrap;gap:0 .5rem}
        dt{font-weight:600;min-width:6rem}
        dd{margin:0;flex:1 1 14rem}
        .copyable{display:flex;flex-wrap:wrap;gap:.5rem;align-items:start}
        .copyable pre{flex:1 1 14rem;min-width:0}
        .chain{display:flex;flex-wrap:wrap;gap:1rem}
        .picture{width:336px;max-width:100%;flex:0 0 auto;height:auto;align-self:start}
        .chain .links{flex:1 1 16rem;min-width:0}
        .box rect{fill:var(--tonebg);stroke:var(--tone);stroke-width:1.5}
        .picture text{fill:var(--fg);font:12px system-ui,sans-serif}
        .box text{text-anchor:middle}
        .box .name{font-weight:600}
        .box .more{fill:var(--dim)}
        .link polyline{fill:none;stroke:var(--tone);stroke-width:2}
        .link.plain polyline,.link.doubt polyline{stroke-dasharray:4 4}
        .link circle{fill:var(--bg);stroke:var(--tone);stroke-width:1.5}
        .link .mark{text-anchor:middle;dominant-baseline:central;fill:var(--tone);font-weight:700}
        .link.broken polyline{stroke-width:4}
        .link.broken circle{fill:var(--tone)}
        .link.broken .mark{fill:var(--bg)}
        details{border:1px solid var(--line);border-left:4px solid var(--tone);border-radius:6px;padding:0 \
        .75rem;margin:.5rem 0}
        summary{cursor:pointer;padding:.6rem 0}
        .tlsa,.certificates,.words{padding-left:1.25rem}
        .words{columns:16rem;list-style:none;padding:0}
        .words li{break-inside:avoid;padding:.25rem 0}
        .words span{display:block;font-size:.875rem;color:var(--dim)}
        .about{margin-top:2rem;border-top:1px solid var(--line);padding-top:.5rem;font-size:.9rem}
        .waiting{color:var(--dim)}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%}
        th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
        th{font-weight:600;white-space:nowrap;overflow-wrap:normal}
        .rows{font-size:.9rem}.rows td{overflow-wrap:normal}.rows td.long{overflow-wrap:anywhere;min-width:10.5rem}
        td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
        .pages{display:flex;gap:1rem;margin:1rem 0}
        .plot{width:100%;height:auto}
        .plot .axis{stroke:var(--line)}
        .plot text{fill:var(--dim);font:11px system-ui,sans-serif}
        .plot .accept{fill:#2f81d6}.plot .tempfail{fill:#d29922}.plot .reject{fill:#d1495b}
        .plot .c1,.key .c1{fill:#d1495b;background:#d1495b}.plot .c2,.key .c2{fill:#d29922;background:#d29922}.plot \
        .c3,.key .c3{fill:#2f81d6;background:#2f81d6}
        .plot .c4,.key .c4{fill:#8250df;background:#8250df}.plot .c5,.key .c5{fill:#1a9c86;background:#1a9c86}.plot \
        .c6,.key .c6{fill:#bf5af2;background:#bf5af2}
        .plot .c7,.key .c7{fill:#7d8590;background:#7d8590}.plot .c8,.key .c8{fill:#b3591e;background:#b3591e}
        .key{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;padding:0}
        .key span{display:inline-block;width:.8rem;height:.8rem;border-radius:2px;margin-right:.3rem}
        .key .accept{background:#2f81d6}.key .tempfail{background:#d29922}.key .reject{background:#d1495b}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,\
        1fr));gap:.5rem;padding:0;list-style:none}
        .tiles li{border:1px solid var(--line);border-radius:8px;padding:.5rem .75rem}
        .tiles b{display:block;font-size:1.25rem}
        @media(max-width:40rem){.rows thead{position:absolute;left:-999px}.rows tr{display:block;border-bottom:2px \
        solid var(--line);padding:.25rem 0}
        .rows td{display:flex;gap:.5rem;border:0;padding:.15rem 0;text-align:left}.rows \
        td::before{content:attr(data-label);flex:0 0 6.5rem;color:var(--dim)}}
        @media(prefers-reduced-motion:no-preference){.live>li:last-child{animation:come .2s ease-out}@keyframes \
        come{from{opacity:0}}}
        @media print{nav,form,.skip,.copy{display:none}details>*{display:block}}

        """
}
