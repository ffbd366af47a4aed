extension ReportPage {
    static let style = """
        :root{color-scheme:light dark;--ground:#fff;--panel:#f4f6f8;--ink:#15202b;--faint:#5b6b7a;--line:#d9e0e6;\
        --link:#0b62c4}
        @media(prefers-color-scheme:dark){:root{--ground:#10161c;--panel:#1a232c;--ink:#e8eef3;--faint:#93a4b3;\
        --line:#2c3944;--link:#7db8ff}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI",Roboto,sans-serif}
        header,main,footer{max-width:1180px;margin:0 auto;padding:0 20px}
        header{padding-top:28px}h1{font-size:28px;line-height:1.2;margin:0 0 4px;overflow-wrap:anywhere}
        h2{font-size:19px;margin:36px 0 12px}header p{margin:0 0 6px;color:var(--faint)}a{color:var(--link)}
        footer{color:var(--faint);font-size:13px;padding-top:32px;padding-bottom:32px}code{overflow-wrap:anywhere}
        .tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:12px;margin-top:20px}
        .tile{background:var(--panel);border-radius:10px;padding:14px 16px;display:flex;flex-direction:column}
        .tile b{font-size:28px;line-height:1.15;font-variant-numeric:tabular-nums}.tile span{font-weight:600}
        .tile small{color:var(--faint)}
        .sheet{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(260px,calc(50% - 7px)),1fr));gap:14px}
        figure{margin:0}figure img{width:100%;display:block;border-radius:8px;background:var(--panel)}
        figcaption{font-size:13px;display:flex;gap:10px;padding-top:4px;font-variant-numeric:tabular-nums}
        figcaption span{color:var(--faint)}.close{display:none}
        figure:target{position:fixed;inset:0;z-index:1;background:#000d;padding:2vh 2vw;display:flex;\
        flex-direction:column;align-items:center;justify-content:center}
        figure:target a:first-child{display:contents}
        figure:target img{width:auto;min-width:min(92vw,150vh);max-width:96vw;max-height:90vh;object-fit:contain}
        figure:target figcaption,figure:target figcaption span,figure:target a{color:#fff}
        figure:target .close{display:inline}
        .legend{display:flex;gap:16px;flex-wrap:wrap;font-size:14px;margin-bottom:8px}
        .legend i,th i{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:7px;vertical-align:-1px}
        .chart{display:flex;gap:8px}.chart svg{flex:1;min-width:0;height:200px;overflow:visible}
        .scale{display:flex;flex-direction:column;justify-content:space-between;text-align:right;font-size:12px;\
        color:var(--faint);line-height:1;margin:-6px 0;min-width:22px}
        .grid{stroke:var(--line);fill:none}
        .time{display:flex;justify-content:space-between;font-size:12px;font-weight:400;color:var(--faint);\
        font-variant-numeric:tabular-nums}
        section>.time{margin-left:30px}
        .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}
        th,td{padding:5px 10px 5px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:middle}
        thead th{color:var(--faint);font-weight:600}.number{text-align:right;white-space:nowrap;\
        font-variant-numeric:tabular-nums}
        tbody th{font-weight:600;white-space:nowrap}.facts td{overflow-wrap:anywhere}
        .portrait{width:64px}.portrait img{height:44px;max-width:64px;display:block;margin:auto;border-radius:4px;\
        object-fit:contain}
        .bar{width:50%;min-width:280px;padding-right:0}.bar svg{width:100%;height:16px;display:block}
        .life{stroke:var(--line);stroke-width:2}
        .ways{position:relative;max-width:900px}.ways img{width:100%;display:block;border-radius:8px;\
        filter:saturate(.35) brightness(.75)}
        .ways svg{position:absolute;inset:0;width:100%;height:100%;fill:none;stroke-linejoin:round;\
        stroke-linecap:round;opacity:.95}
        .ways.bare svg{position:static;display:block;height:auto;background:#26313b;border-radius:8px}
        .ways svg{overflow:hidden;border-radius:8px}
        .ways .zone{stroke:#00c8ff;fill:#00c8ff22}.ways .line{stroke:#ffd200}
        .ways text{stroke:#000b!important;stroke-width:4;paint-order:stroke;font-weight:600;\
        font-size:var(--text)}@media(max-width:600px){.ways text{font-size:calc(var(--text)*1.8)}\
        .objects .number{display:none}.objects .bar{min-width:120px}\
        .objects .time span:nth-child(even){display:none}}
        .ways text.zone{fill:#00c8ff}.ways text.line{fill:#ffd200}
        .ways+.scroll{margin-top:12px}.faint{color:var(--faint)}
        .ramp{display:inline-flex;border-radius:3px;overflow:hidden;vertical-align:-1px;margin:0 4px}
        .ramp i{border-radius:0;margin:0}
        @media print{.scroll{overflow:visible}figure:target{position:static}}
        """
}
