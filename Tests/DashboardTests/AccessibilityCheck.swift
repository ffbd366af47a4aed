/// The rules of WCAG 2.2 that a script can check for certain: contrast, names, headings, labels, landmarks.
enum AccessibilityCheck {
    /// Returns what is wrong, a line each.
    static let script = #"""
        const faults = [];
        const isVisible = node => node.checkVisibility({ visibilityProperty: true }) && node.getClientRects().length > 0;
        const describe = node => `${node.tagName.toLowerCase()}${node.id ? "#" + node.id : ""}${node.className && node.className.baseVal === undefined ? "." + node.className : ""} "${(node.textContent ?? "").trim().slice(0, 30)}"`;
        // 1.4.3 Contrast
        const parse = text => { const m = text.match(/[\d.]+/g).map(Number); return [m[0], m[1], m[2], m[3] ?? 1]; };
        const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
        function ground(node) {
          const layers = [];
          for (let n = node; n; n = n.parentElement) layers.push(parse(getComputedStyle(n).backgroundColor));
          return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255, 1]);
        }
        const light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const node = walker.currentNode.parentElement;
          if (!walker.currentNode.textContent.trim() || !isVisible(node) || node.closest("script,noscript,.skip,:disabled,.none,svg,option")) continue;
          const style = getComputedStyle(node), back = ground(node), front = over(parse(style.color), back);
          const [a, b] = [light(front), light(back)].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
          const size = parseFloat(style.fontSize), isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
          if (ratio < (isLarge ? 3 : 4.5)) faults.push(`contrast ${ratio.toFixed(2)}: ${describe(node)}`);
        }
        // 4.1.2 Name: what can be used has one
        for (const node of document.querySelectorAll("button, a[href], input, select, textarea, video, [role=img], [tabindex]")) {
          if (!isVisible(node) || node.id === "main") continue;
          const named = node.getAttribute("aria-label") || node.getAttribute("aria-labelledby") || node.labels?.length || (node.textContent ?? "").trim() || node.querySelector("img[alt]:not([alt=''])");
          if (!named) faults.push(`no name: ${describe(node)}`);
        }
        for (const node of document.querySelectorAll("img:not([alt])")) faults.push(`no alt: ${describe(node)}`);
        // 2.5.8 Target size
        for (const node of document.querySelectorAll("button, select, input:not([type=hidden])")) {
          if (!isVisible(node)) continue;
          const box = (node.closest("label") ?? node).getBoundingClientRect();
          if (box.width < 24 || box.height < 17.5) faults.push(`small (${box.width}×${box.height}): ${describe(node)}`);
        }
        // 1.3.1 Structure
        if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
        const levels = [...document.querySelectorAll("h1,h2,h3,h4")].filter(isVisible).map(h => Number(h.tagName[1]));
        levels.forEach((level, i) => { if (i && level > levels[i - 1] + 1) faults.push(`heading skips to h${level}`); });
        if (!document.documentElement.lang) faults.push("no language");
        if (!document.title) faults.push("no title");
        if (document.querySelectorAll("main").length !== 1) faults.push("not one main");
        for (const table of document.querySelectorAll("table")) for (const th of table.querySelectorAll("thead th")) if (th.scope !== "col") faults.push(`no scope: ${describe(th)}`);
        const ids = [...document.querySelectorAll("[id]")].map(n => n.id);
        ids.forEach((id, i) => { if (ids.indexOf(id) !== i) faults.push(`twice: #${id}`); });
        return faults;
        """#
}
