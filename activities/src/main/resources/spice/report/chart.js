// A chart: uPlot draws it, screen readers get it in words, and the arrow keys move its cursor.

function color(i) {
  return getComputedStyle(document.documentElement).getPropertyValue('--c' + (i % 12 + 1)).trim();
}

function themed(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The values of the series (own), and the values to draw: in a stack, each on top of those before it. */
function columns(curve, lines) {
  const own = curve.series.map(series => lines.map(line => {
    const value = series.of(line);
    return isNumber(value) ? value : null;
  }));
  if (!curve.stacked) {
    return {own, drawn: own};
  }
  const drawn = [];
  own.forEach((column, i) => drawn.push(
      column.map((value, at) => value === null ? null : value + (i === 0 ? 0 : drawn[i - 1][at] || 0))));
  return {own, drawn};
}

class Chart {
  constructor(curve) {
    this.id = curve.id;
    this.plot = el('div', {class: 'plot', id: 'plot-' + curve.id, role: 'slider', tabindex: '0', 'aria-orientation': 'horizontal'});
    this.legend = el('ul', {class: 'legend'});
    this.caption = el('h3', {}, curve.title);
    this.plot.setAttribute('aria-label', curve.title);
    this.figure = el('figure', {id: 'chart-' + curve.id},
        el('figcaption', {}, this.caption, el('p', {}, curve.about)),
        this.plot, this.legend);
    this.table = new OnDemand(curve.title);
    this.figure.append(this.table.element);
    this.plot.addEventListener('keydown', event => this.walk(event));
    new ResizeObserver(() => this.resize()).observe(this.plot);
  }

  /** Shows these lines. The cursor stays at its iteration; if it was at the last one, it moves to the new last one. */
  show(curve, lines) {
    const chosen = this.lines && this.at < this.lines.length - 1 ? this.lines[this.at].iteration : null;
    this.curve = curve;
    this.lines = lines.filter(line => curve.series.some(series => isNumber(series.of(line))));
    this.columns = columns(curve, this.lines);
    const kept = this.lines.findIndex(line => line.iteration === chosen);
    this.at = kept < 0 ? this.lines.length - 1 : kept;
    const shape = [curve.series.map(series => series.label).join(), Boolean(curve.series.length && curve.series[0].low)].join();
    if (this.lines.length === 0) {
      this.uplot && this.uplot.destroy();
      this.uplot = null;
      this.plot.replaceChildren(el('p', {class: 'empty'}, 'Nothing was measured yet.'));
    } else if (this.uplot && this.shape === shape) {
      this.isRenewed = true;
      this.uplot.batch(plot => plot.setData(this.data()));
      this.isRenewed = false;
    } else {
      this.draw();
    }
    this.shape = shape;
    if (kept >= 0) {
      this.point();
    }
    this.tell();
    this.table.show('Table',
        () => [{title: 'Iteration', number: true}, ...curve.series.map(series => ({title: series.label, number: true}))],
        () => this.lines.map((line, at) => [String(line.iteration), ...curve.series.map((series, i) => this.said(i, at))]));
  }

  data() {
    const bounds = this.curve.series.flatMap(series => series.low
        ? [this.lines.map(line => series.low(line)), this.lines.map(line => series.high(line))] : []);
    return [this.lines.map(line => line.iteration), ...this.columns.drawn, ...bounds];
  }

  draw() {
    this.uplot && this.uplot.destroy();
    this.plot.replaceChildren();
    const curve = this.curve;
    const few = this.lines.length < 50;
    const axis = {stroke: () => themed('--soft'), grid: {stroke: () => themed('--line'), width: 1}, ticks: {show: false}, font: '12px system-ui, sans-serif'};
    const band = curve.series.flatMap((series, i) => series.low
        ? [{stroke: 'transparent', points: {show: false}, spanGaps: true}, {stroke: 'transparent', points: {show: false}, spanGaps: true}] : []);
    const first = curve.series.length + 1;
    const options = {
      width: this.width(), height: 200, legend: {show: false},
      padding: [8, 18, 0, 0],
      cursor: {y: false, drag: {x: false, y: false}, points: {size: 7}},
      scales: {x: {time: false, range: (plot, low, high) => low === high ? [low - 1, high + 1] : [low, high]}, y: {range: this.range()}},
      axes: [{...axis, size: 28, values: (plot, splits) => splits.map(value => Number.isInteger(value) ? value : '')},
        {...axis, size: 58, values: (plot, splits) => splits.map(value => this.tick(value))}],
      series: [{}, ...curve.series.map((series, i) => ({
        label: series.label, width: curve.stacked ? 1 : 2, spanGaps: Boolean(curve.points),
        stroke: () => color(i), fill: curve.stacked ? () => color(i) + (i === 0 ? 'e6' : 'b3') : undefined,
        points: {show: Boolean(curve.points) || few && !curve.stacked, size: 5, fill: () => color(i)},
      })), ...band],
      bands: curve.stacked
          ? curve.series.slice(1).map((series, i) => ({series: [i + 2, i + 1]}))
          : curve.series.flatMap((series, i) => series.low ? [{series: [first + 2 * i + 1, first + 2 * i], fill: () => color(i) + '2e'}] : []),
      hooks: {setCursor: [plot => this.pointed(plot.cursor.idx)]},
    };
    this.uplot = new uPlot(options, this.data(), this.plot);
  }

  tick(value) {
    return this.curve.format === percent ? Math.round(100 * value) + '\u00a0%'
        : this.curve.format === count ? (value >= 10000 ? value / 1000 + 'k' : count(value))
        : this.curve.format === duration ? value + ' s' : String(Number(value.toPrecision(4)));
  }

  range() {
    const {range, zero} = this.curve;
    if (range) {
      return range;
    }
    return (plot, low, high) => {
      if (low === null) {
        return [0, 1];
      }
      const bottom = zero ? 0 : low;
      const room = (high - bottom) * 0.08 || Math.abs(high) * 0.1 || 1;
      return [zero ? 0 : low - room, high + room];
    };
  }

  width() {
    return Math.max(120, Math.floor(this.plot.clientWidth || 360));
  }

  resize() {
    if (this.uplot && this.uplot.width !== this.width()) {
      this.uplot.setSize({width: this.width(), height: 200});
    }
  }

  pointed(index) {
    if (this.isRenewed) {
      return;
    }
    const last = this.lines.length - 1;
    const at = index === null || index === undefined ? last : Math.min(index, last);
    if (at !== this.at) {
      this.at = at;
      this.tell();
    }
  }

  walk(event) {
    const last = this.lines.length - 1;
    const leap = Math.max(1, Math.round(last / 10));
    const to = {ArrowRight: this.at + 1, ArrowUp: this.at + 1, ArrowLeft: this.at - 1, ArrowDown: this.at - 1,
      PageUp: this.at + leap, PageDown: this.at - leap, Home: 0, End: last}[event.key];
    if (to === undefined || last < 0) {
      return;
    }
    event.preventDefault();
    this.at = Math.min(last, Math.max(0, to));
    this.point();
    this.tell();
  }

  /** Draws the cursor at its iteration. */
  point() {
    this.uplot.setCursor({left: this.uplot.valToPos(this.lines[this.at].iteration, 'x'), top: 10}, false);
  }

  said(i, at) {
    const series = this.curve.series[i];
    const value = this.curve.format(this.columns.own[i][at]);
    const low = series.low && series.low(this.lines[at]);
    return isNumber(low) ? value + ' (' + this.curve.format(low) + ' to ' + this.curve.format(series.high(this.lines[at])) + ')' : value;
  }

  /** Shows the values at the cursor in the legend and tells them to screen readers. */
  tell() {
    if (this.lines.length === 0) {
      this.legend.replaceChildren();
      this.plot.setAttribute('aria-valuetext', 'nothing was measured yet');
      this.plot.setAttribute('aria-valuenow', '0');
      return;
    }
    const iteration = this.lines[this.at].iteration;
    const values = this.curve.series.map((series, i) => ({i, label: series.label, value: this.said(i, this.at)}));
    this.legend.replaceChildren(el('li', {class: 'at'}, 'iteration ' + iteration), ...values.map(({i, label, value}) => {
      const swatch = el('span', {class: 'swatch', 'aria-hidden': 'true'});
      swatch.style.background = 'var(--c' + (i % 12 + 1) + ')';
      return el('li', {}, swatch, label + ' ' + value);
    }));
    this.plot.setAttribute('aria-valuemin', this.lines[0].iteration);
    this.plot.setAttribute('aria-valuemax', this.lines[this.lines.length - 1].iteration);
    this.plot.setAttribute('aria-valuenow', iteration);
    this.plot.setAttribute('aria-valuetext',
        'iteration ' + iteration + ': ' + values.map(({label, value}) => label + ' ' + value).join(', '));
  }

  redraw() {
    if (this.uplot) {
      this.draw();
      if (this.at < this.lines.length - 1) {
        this.point();
      }
    }
  }
}
