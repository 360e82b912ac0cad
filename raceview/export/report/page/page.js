// Draws every chart of the page. Colours are those of the text around it, so that light, dark and paper all do.
// `ast` makes vega interpret its expressions instead of compiling them: the page allows no eval.
const ink = "currentColor";
const config = {
  background: null,
  font: "system-ui, sans-serif",
  view: { stroke: null },
  axis: { labelColor: ink, titleColor: ink, domainColor: ink, tickColor: ink, gridColor: ink, gridOpacity: 0.12,
          titleFontWeight: "normal", labelFontSize: 11, titleFontSize: 11 },
  legend: { columns: window.innerWidth < 600 ? 2 : 6, labelColor: ink, titleColor: ink, labelFontSize: 11, symbolStrokeWidth: 0 },
  title: { color: ink },
  text: { color: ink },
  rule: { color: ink },
};
const options = {
  mode: "vega-lite", renderer: "svg", ast: true, config,
  actions: { export: { svg: true, png: false }, source: false, compiled: false, editor: false },
};
const charts = JSON.parse(document.getElementById("charts").textContent);
Promise.all(charts.map((chart, number) => vegaEmbed(`#chart-${number}`, chart, options)))
  .then(() => { document.documentElement.dataset.charts = "drawn"; })
  .catch((error) => { document.documentElement.dataset.charts = "failed"; console.error(error); });
