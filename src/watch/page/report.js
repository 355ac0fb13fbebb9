(() => {
'use strict';

const data = JSON.parse(document.getElementById('data').textContent);
const byId = id => document.getElementById(id);

// ---- making elements: text is always text, never markup ----

function make(tag, attributes, ...children) {
  const svg = ['svg', 'path', 'line', 'text', 'rect', 'circle', 'g', 'title', 'polygon'].includes(tag);
  const made = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {}))
    if (value !== null && value !== undefined && value !== false)
      made.setAttribute(name, value === true ? '' : value);
  for (const child of children.flat())
    if (child !== null && child !== undefined)
      made.append(child);
  return made;
}

// ---- numbers as text ----

const whole = n => Math.round(n).toLocaleString('en');

function number(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value))
    return '–';
  const size = Math.abs(value);
  if (value === 0)
    return '0';
  if (size >= 1e6 || size < 1e-4)
    return value.toExponential(digits - 2).replace(/\.?0+e/, 'e').replace('e+', 'e').replace('-', '−');
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return Number(value.toFixed(Math.min(places, 8))).toLocaleString('en', {maximumFractionDigits: 8}).replace('-', '−');
}

function duration(seconds) {
  const s = Math.round(seconds);
  if (s < 60)
    return `${s} s`;
  if (s < 3600)
    return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
}

function bytes(n) {
  return n < 1048576 ? `${number(n / 1024, 3)} KiB` : `${number(n / 1048576, 3)} MiB`;
}

const time = ms => new Date(ms).toLocaleString(undefined, {dateStyle: 'medium', timeStyle: 'medium'});
const plural = (n, word) => `${whole(n)} ${word}${n === 1 ? '' : 's'}`;

// ---- the curves' numbers ----

// A curve of the page's data: x are the last steps of its points.
function curveOf(points, name, factor = 1) {
  const curve = points.curves[name];
  if (curve === undefined)
    return null;
  const scaled = list => list.map(v => v === null ? null : v * factor);
  const mean = scaled(curve.mean);
  return {x: points.last, mean, low: curve.low ? scaled(curve.low) : mean, high: curve.high ? scaled(curve.high) : mean,
          wide: curve.low !== undefined};
}

// The mean over about a fiftieth of the points around each, as long as there are enough to be smoothed.
function smooth(values, least, most) {
  const reach = Math.floor(values.length / 100);
  if (reach < 1)
    return values;
  return values.map((own, i) => {
    if (own === null)
      return null;
    let sum = 0, count = 0;
    for (let k = Math.max(0, i - reach); k <= Math.min(values.length - 1, i + reach); k++)
      if (values[k] !== null) {
        sum += Math.min(most, Math.max(least, values[k]));
        count++;
      }
    return sum / count;
  });
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(q * (sorted.length - 1))))];
const finite = list => list.filter(v => v !== null && Number.isFinite(v));

// ---- ticks ----

function linearTicks(low, high, wanted) {
  const rough = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(k => k * power).find(s => s >= rough * 0.999);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++)
    ticks.push(k === 0 ? 0 : k * step);
  return ticks;
}

function logTicks(low, high) {
  const ticks = [], first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
  const skip = Math.max(1, Math.ceil((last - first + 1) / 6));
  for (let e = first; e <= last; e += skip)
    ticks.push(10 ** e);
  return ticks.length > 1 ? ticks : linearTicks(low, high, 4).filter(t => t > 0);
}

function stepText(step) {
  if (step >= 1e6)
    return `${number(step / 1e6, 3)} M`;
  return step >= 1e4 ? `${number(step / 1e3, 3)} k` : whole(step);
}

// ---- what is shown where ----

const steps = data.steps;
const tone = name => `var(--${name})`;

function plan() {
  const of = (name, label, color, factor) => ({curve: curveOf(steps, name, factor), label, color});
  const list = [
    {title: 'Losses', lines: [of('d_loss', 'D', 'd'), of('g_loss', 'G', 'g')]},
    {title: 'What D says', about: 'mean probability of being real', range: [0, 1], level: 0.5, levelName: 'undecided',
     lines: [of('d_real', 'of real ones', 'real'), of('d_made', 'of made ones', 'g')]},
    {title: 'Gradient norms', about: 'L2, over all parameters', lines: [of('d_gradient_norm', 'D', 'd'), of('g_gradient_norm', 'G', 'g')]},
  ];
  for (const measured of data.numbers)
    list.push({title: measured.name.charAt(0).toUpperCase() + measured.name.slice(1), about: 'measured', points: true,
               lines: [{curve: curveOf(measured.points, 'value'), errors: curveOf(measured.points, 'error'), label: measured.name, color: 'third'}]});
  list.push(
    {title: 'Logits of D', about: 'mean, above 0 is real', lines: [of('d_real_logit', 'of real ones', 'real'), of('d_made_logit', 'of made ones', 'g')]},
    {title: 'Penalties', about: 'with their weights, beside the losses', lines: [of('d_penalty', 'of D', 'd'), of('g_penalty', 'of G', 'g')]},
    {title: 'Class losses', about: 'of the auxiliary classifier',
     lines: [of('d_class_real', 'of real ones', 'real'), of('d_class_made', 'of made ones, D', 'd'), of('g_class', 'of made ones, G', 'g')]},
    {title: 'Learning rates', varied: true, lines: [of('d_rate', 'D', 'd'), of('g_rate', 'G', 'g')]},
    {title: 'Augmentation', lines: [of('augment_probability', 'probability', 'd'), of('d_real_sign', 'mean sign of D on real ones', 'real')]},
    {title: 'Time of a step', about: 'milliseconds', unit: ' ms', lines: [of('seconds', 'in all', 'third', 1000), of('data_seconds', 'waiting for data', 'g', 1000)]});
  const varies = line => new Set(finite(line.curve.mean)).size > 1;
  return list
    .map(chart => ({...chart, lines: chart.lines.filter(line => line.curve !== null && finite(line.curve.mean).length > 0)}))
    .filter(chart => chart.lines.length > 0 && (!chart.varied || chart.lines.some(varies)));
}

const lastStep = Math.max(1, ...steps.last.slice(-1), ...data.grids.list.map(g => g.step), ...data.numbers.flatMap(n => n.points.last.slice(-1)));
const firstStep = Math.min(lastStep - 1, ...steps.first.slice(0, 1), ...(steps.first.length === 0 ? [0] : []));
const levels = ['fine', 'note', 'warning', 'alarm'];
const levelOf = event => levels[event.level] || 'note';

// From where a problem was raised to where it was over (or to now): one spell each.
function spells() {
  const open = new Map(), all = [];
  for (const event of data.events) {
    const now = open.get(event.name);
    if (event.name === 'rolled-back' && event.level < 2) { // what had led to it is not there any more
      for (const spell of open.values())
        spell.to = event.step;
      open.clear();
    }
    if (now !== undefined)
      now.to = event.step;
    if (event.level >= 2) {
      const begun = {from: event.step, to: lastStep, level: levelOf(event)};
      all.push(begun);
      open.set(event.name, begun);
    } else {
      open.delete(event.name);
    }
  }
  return all;
}

// ---- a chart ----

const margin = {left: 50, right: 12, top: 10, bottom: 26};

class Chart {
  constructor(spec) {
    this.spec = spec;
    const all = spec.lines.flatMap(line => finite(line.curve.low).concat(finite(line.curve.high)));
    this.sorted = all.sort((a, b) => a - b);
    this.canLog = !spec.range && this.sorted[0] > 0;
    this.log = this.canLog && quantile(this.sorted, 0.98) / quantile(this.sorted, 0.02) > 300;
    // What sticks out of the picture would drag the smoothed line with it for a while; the pale one shows it.
    const least = quantile(this.sorted, 0.003), most = quantile(this.sorted, 0.997);
    this.smooth = spec.lines.map(line => spec.points ? line.curve.mean : smooth(line.curve.mean, least, most));
    this.at = null; // index into the longest line's points; null: the latest
    this.x = spec.lines[0].curve.x;
    this.build();
  }

  build() {
    const {spec} = this;
    this.plot = make('svg', {class: 'plot', tabindex: 0, role: 'slider', 'aria-label': `${spec.title}: step`, 'aria-valuemin': this.x[0] || 0,
                             'aria-valuemax': this.x[this.x.length - 1] || 0});
    this.values = spec.lines.map(() => make('b', {}));
    const legend = make('ul', {class: 'legend'}, spec.lines.map((line, i) =>
      make('li', {}, make('svg', {viewBox: '0 0 20 8', 'aria-hidden': 'true'},
        make('line', {x1: 1, x2: 19, y1: 4, y2: 4, stroke: tone(line.color), 'stroke-width': 2.5, 'stroke-dasharray': i === 1 ? '7 3' : null, 'stroke-linecap': 'round'})),
        make('span', {}, line.label), this.values[i])));
    const head = make('div', {class: 'chart-head'}, make('div', {}, make('h3', {}, spec.title), spec.about ? make('span', {class: 'muted'}, spec.about) : null));
    if (this.canLog) {
      const toggle = make('button', {type: 'button', 'aria-pressed': String(this.log), 'aria-label': `${spec.title}: logarithmic axis`}, 'log');
      toggle.addEventListener('click', () => {
        this.log = !this.log;
        toggle.setAttribute('aria-pressed', String(this.log));
        this.draw();
      });
      head.append(toggle);
    }
    this.table = make('details', {}, make('summary', {}, 'Numbers'));
    this.table.addEventListener('toggle', () => this.fillTable(), {once: true});
    this.figure = make('figure', {class: 'card', 'data-chart': spec.title}, make('figcaption', {}, head, legend), this.plot, this.table);
    this.plot.addEventListener('pointermove', event => this.point(event));
    this.plot.addEventListener('pointerleave', () => setCursor(null));
    this.plot.addEventListener('click', event => { this.point(event); showAt(cursor); });
    this.plot.addEventListener('keydown', event => this.key(event));
    this.plot.addEventListener('blur', () => setCursor(null));
  }

  domain() {
    const {spec} = this;
    if (spec.range)
      return spec.range;
    let low = quantile(this.sorted, spec.points ? 0 : 0.003), high = quantile(this.sorted, spec.points ? 1 : 0.997);
    if (this.log)
      return low === high ? [low / 2, high * 2] : [low / 1.1, high * 1.1];
    if (low > 0 && low < 0.6 * high)
      low = 0;
    if (high < 0 && high > 0.6 * low)
      high = 0;
    const pad = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
    return [low === 0 ? 0 : low - pad, high === 0 ? 0 : high + pad];
  }

  draw() {
    const {spec, plot} = this, width = Math.max(220, plot.clientWidth), height = 212;
    const [low, high] = this.domain();
    const right = width - margin.right, bottom = height - margin.bottom;
    const f = this.log ? v => Math.log(Math.max(v, low * 1e-9)) : v => v;
    this.px = step => margin.left + (step - firstStep) / Math.max(1, lastStep - firstStep) * (right - margin.left);
    const py = v => Math.min(bottom + 3, Math.max(margin.top - 3, bottom - (f(v) - f(low)) / (f(high) - f(low)) * (bottom - margin.top)));
    this.py = py;
    plot.setAttribute('viewBox', `0 0 ${width} ${height}`);
    plot.replaceChildren();
    const add = (...parts) => plot.append(make(...parts));
    for (const t of this.log ? logTicks(low, high) : linearTicks(low, high, 4)) {
      add('line', {class: t === 0 ? 'axis' : 'grid', x1: margin.left, x2: right, y1: py(t), y2: py(t)});
      add('text', {x: margin.left - 8, y: py(t) + 4, 'text-anchor': 'end'}, number(t, 3));
    }
    add('line', {class: 'axis', x1: margin.left, x2: right, y1: bottom, y2: bottom});
    add('text', {x: margin.left - 8, y: height - 7, 'text-anchor': 'end'}, 'step');
    for (const t of linearTicks(firstStep, lastStep, Math.max(2, Math.floor((right - margin.left) / 90)))) {
      if (t !== Math.round(t))
        continue;
      const anchor = this.px(t) > right - 18 ? 'end' : 'middle';
      add('line', {class: 'axis', x1: this.px(t), x2: this.px(t), y1: bottom, y2: bottom + 4});
      add('text', {x: Math.min(this.px(t), right), y: height - 7, 'text-anchor': anchor}, stepText(t));
    }
    for (const spell of spells())
      add('rect', {class: 'spell', x: this.px(spell.from), width: Math.max(1, this.px(spell.to) - this.px(spell.from)), y: margin.top, height: bottom - margin.top, fill: tone(spell.level)});
    if (spec.level !== undefined) {
      add('line', {class: 'level', x1: margin.left, x2: right, y1: py(spec.level), y2: py(spec.level)});
    }
    spec.lines.forEach((line, i) => this.drawLine(line, i));
    if (spec.level !== undefined)
      add('text', {x: right, y: py(spec.level) - 5, 'text-anchor': 'end'}, spec.levelName);
    for (const event of data.events) {
      const x = this.px(event.step), color = tone(levelOf(event));
      add('line', {class: 'mark', x1: x, x2: x, y1: margin.top, y2: bottom, stroke: color});
      plot.append(make('polygon', {points: `${x - 4.5},1 ${x + 4.5},1 ${x},9`, fill: color}, make('title', {}, `${event.name}, step ${whole(event.step)}`)));
    }
    this.cursorPart = make('g', {});
    plot.append(this.cursorPart);
    this.drawCursor();
  }

  path(xs, ys) {
    let text = '', pen = false;
    for (let i = 0; i < xs.length; i++) {
      if (ys[i] === null) {
        pen = false;
        continue;
      }
      text += `${pen ? 'L' : 'M'}${this.px(xs[i]).toFixed(1)},${this.py(ys[i]).toFixed(1)}`;
      pen = true;
    }
    return text;
  }

  drawLine(line, index) {
    const {curve, color, errors} = line, {x} = curve, stroke = tone(color);
    if (curve.wide) {
      // One closed shape for each run of points without a gap.
      for (let from = 0; from < x.length; from++) {
        if (curve.low[from] === null)
          continue;
        let to = from;
        while (to + 1 < x.length && curve.low[to + 1] !== null)
          to++;
        const part = (list, backward) => {
          const xs = x.slice(from, to + 1), ys = list.slice(from, to + 1);
          return this.path(backward ? xs.reverse() : xs, backward ? ys.reverse() : ys);
        };
        this.plot.append(make('path', {class: 'band', d: `${part(curve.high, false)}L${part(curve.low, true).slice(1)}Z`, fill: stroke}));
        from = to;
      }
    } else if (this.smooth[index] !== curve.mean) {
      this.plot.append(make('path', {class: 'raw', d: this.path(x, curve.mean), stroke}));
    }
    this.plot.append(make('path', {class: 'line', 'data-line': line.label, d: this.path(x, this.smooth[index]), stroke, 'stroke-dasharray': index === 1 ? '7 3' : null}));
    if (this.spec.points && x.length <= 80)
      for (let i = 0; i < x.length; i++) {
        if (curve.mean[i] === null)
          continue;
        const error = errors && errors.mean[i];
        if (error > 0)
          this.plot.append(make('line', {class: 'bar-of-error', x1: this.px(x[i]), x2: this.px(x[i]), y1: this.py(curve.mean[i] - error), y2: this.py(curve.mean[i] + error), stroke}));
        this.plot.append(make('circle', {class: 'dot', cx: this.px(x[i]), cy: this.py(curve.mean[i]), r: 3.5, fill: stroke}));
      }
  }

  // The point nearest to a step.
  nearest(step) {
    const {x} = this;
    let low = 0, high = x.length - 1;
    while (low < high) {
      const middle = low + high >> 1;
      if (x[middle] < step)
        low = middle + 1;
      else
        high = middle;
    }
    return low > 0 && step - x[low - 1] < x[low] - step ? low - 1 : low;
  }

  drawCursor() {
    const at = this.at === null ? this.x.length - 1 : this.at;
    const texts = this.spec.lines.map((line, i) => {
      const value = line.curve.mean[at], error = line.errors && line.errors.mean[at];
      const text = number(value, 4) + (error > 0 ? ` ± ${number(error, 2)}` : '') + (value === null ? '' : this.spec.unit || '');
      this.values[i].textContent = text;
      return `${line.label} ${text}`;
    });
    this.plot.setAttribute('aria-valuenow', this.x[at] || 0);
    this.plot.setAttribute('aria-valuetext', `step ${whole(this.x[at] || 0)}: ${texts.join(', ')}`);
    if (!this.cursorPart)
      return;
    this.cursorPart.replaceChildren();
    if (this.at === null)
      return;
    const x = this.px(this.x[at]);
    this.cursorPart.append(make('line', {class: 'cursor', x1: x, x2: x, y1: margin.top, y2: 212 - margin.bottom}));
    this.spec.lines.forEach(line => {
      if (line.curve.mean[at] !== null && line.curve.mean[at] !== undefined)
        this.cursorPart.append(make('circle', {class: 'dot', cx: x, cy: this.py(line.curve.mean[at]), r: 4.5, fill: tone(line.color)}));
    });
    const end = x > this.plot.clientWidth - 90;
    this.cursorPart.append(make('text', {x: end ? x - 6 : x + 6, y: margin.top + 8, 'text-anchor': end ? 'end' : 'start'}, `step ${whole(this.x[at])}`));
  }

  setCursor(step) {
    this.at = step === null ? null : this.nearest(step);
    this.drawCursor();
  }

  point(event) {
    const box = this.plot.getBoundingClientRect();
    const share = (event.clientX - box.left - margin.left) / (box.width - margin.left - margin.right);
    setCursor(this.x[this.nearest(firstStep + share * (lastStep - firstStep))]);
  }

  key(event) {
    const far = Math.max(1, Math.round(this.x.length / 20)), end = this.x.length - 1;
    const moves = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -far, PageUp: far, Home: -Infinity, End: Infinity};
    if (event.key === 'Escape')
      setCursor(null);
    else if (event.key === 'Enter' && cursor !== null)
      showAt(cursor);
    else if (moves[event.key] !== undefined) {
      const at = this.at === null ? end : this.at;
      setCursor(this.x[Math.max(0, Math.min(end, at + moves[event.key]))]);
    } else
      return;
    event.preventDefault();
  }

  fillTable() {
    const {x} = this, rows = Math.min(24, x.length), {lines} = this.spec;
    const body = make('tbody', {});
    for (let r = 0; r < rows; r++) {
      const i = rows > 1 ? Math.round(r * (x.length - 1) / (rows - 1)) : 0;
      body.append(make('tr', {}, make('td', {class: 'number'}, whole(x[i])), lines.map(line => make('td', {class: 'number'}, number(line.curve.mean[i], 5)))));
    }
    this.table.append(make('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `${this.spec.title}: numbers`}, make('table', {},
      make('thead', {}, make('tr', {}, make('th', {class: 'number', scope: 'col'}, 'step'), lines.map(line => make('th', {class: 'number', scope: 'col'}, line.label)))), body)));
  }
}

// ---- the cursor that all charts and the figures share ----

let cursor = null;
let charts = [];

function setCursor(step) {
  cursor = step === undefined ? null : step;
  for (const chart of charts)
    chart.setCursor(cursor);
  showFigures();
}

// ---- figures ----

function valueAt(name) {
  const curve = steps.curves[name], {last} = steps;
  if (last.length === 0)
    return null;
  let at = last.length - 1;
  if (cursor !== null)
    while (at > 0 && last[at] > cursor && Math.abs(last[at - 1] - cursor) <= Math.abs(last[at] - cursor))
      at--;
  return curve === undefined ? 0 : curve.mean[at];
}

function median(list) {
  const sorted = finite(list).sort((a, b) => a - b);
  return sorted.length > 0 ? quantile(sorted, 0.5) : null;
}

function showFigures() {
  const list = byId('figures'), figure = (name, value, kind, small) =>
    make('div', {class: kind}, make('dt', {}, name), make('dd', {}, value, small ? make('small', {}, ` ${small}`) : null));
  const has = steps.last.length > 0, at = cursor === null ? 'latest' : `at step ${whole(cursor)}`;
  byId('figures-step').textContent = has ? at : '';
  list.replaceChildren();
  if (!has)
    list.append(figure('steps', '0', null, 'so far'));
  else
    list.append(figure('loss of D', number(valueAt('d_loss'), 3), 'd'), figure('loss of G', number(valueAt('g_loss'), 3), 'g'),
                figure('D of real ones', number(valueAt('d_real'), 3), 'real'), figure('D of made ones', number(valueAt('d_made'), 3), 'g'));
  for (const measured of data.numbers) {
    const points = measured.points, curve = curveOf(points, 'value'), errors = curveOf(points, 'error');
    if (curve === null || points.last.length === 0)
      continue;
    let i = points.last.length - 1;
    while (cursor !== null && i > 0 && points.last[i] > cursor)
      i--;
    const error = errors ? errors.mean[i] : 0;
    list.append(figure(measured.name, number(curve.mean[i], 4), null, error > 0 ? `± ${number(error, 2)}` : null));
  }
  if (data.run.best)
    list.append(figure('best evaluation', number(data.run.best.value, 4), null, `at step ${whole(data.run.best.step)}`));
  const seconds = steps.curves.seconds ? median(steps.curves.seconds.mean) : null;
  if (seconds)
    list.append(figure('speed', number(1 / seconds, 3), null, 'steps/s'));
}

// ---- the top ----

function showState() {
  const {run} = data, state = byId('state'), age = (Date.now() - run.written_ms) / 1000;
  const silent = !run.ended && age > Math.max(120, 20 * data.every_seconds);
  const failed = run.ended && run.reason === 'it failed';
  state.textContent = failed ? 'Failed' : run.ended ? 'Ended' : silent ? `No news for ${duration(age)}` : 'Running';
  state.className = `chip ${failed ? 'failed' : run.ended ? '' : silent ? 'silent' : 'running'}`;
  const parts = [];
  if (run.steps > 0)
    parts.push(`step ${whole(run.step)} of ${whole(run.steps)}`);
  else if (lastStep > 1 || run.step > 0)
    parts.push(`step ${whole(Math.max(run.step, steps.last.length ? lastStep : 0))}`);
  if (run.epochs > 0)
    parts.push(`epoch ${whole(run.epoch)} of ${whole(run.epochs)}`);
  parts.push(`${duration(run.seconds)}`);
  if (!run.ended && run.left > 0)
    parts.push(`about ${duration(run.left)} left`);
  if (run.ended)
    parts.push(run.reason);
  byId('where').textContent = parts.join(' · ');
  if (run.steps > 0) {
    byId('bar').hidden = false;
    byId('bar').firstElementChild.style.width = `${Math.min(100, 100 * run.step / run.steps)}%`;
  }
  byId('footer').textContent = `Begun ${time(run.began_ms)}, written ${time(run.written_ms)} by libgan ${data.library}. This page loads nothing.`;
}

// Loads the page again and again while the run goes on, if asked; what it remembers may be forbidden to a file.
const memory = {
  get(key) { try { return sessionStorage.getItem(key); } catch (refused) { return null; } },
  set(key, value) { try { sessionStorage.setItem(key, value); } catch (refused) { /* then it is not remembered */ } },
};

function offerToFollow() {
  const button = byId('follow');
  if (data.run.ended)
    return;
  let timer = null;
  const show = on => {
    button.setAttribute('aria-pressed', String(on));
    clearTimeout(timer);
    if (on)
      timer = setTimeout(() => location.reload(), 1000 * Math.max(5, data.every_seconds));
  };
  button.hidden = false;
  button.addEventListener('click', () => {
    const on = button.getAttribute('aria-pressed') !== 'true';
    memory.set('gan-follow', on ? 'yes' : 'no');
    show(on);
  });
  show(memory.get('gan-follow') === 'yes');
}

// ---- samples ----

const grids = data.grids.list;
let playing = null;

function showGrid(index) {
  const grid = grids[index], image = byId('grid'), slider = byId('when');
  const zoom = Math.max(1, Math.floor(600 / grid.width));
  slider.value = index;
  slider.setAttribute('aria-valuetext', `step ${whole(grid.step)}, ${index + 1} of ${grids.length}`);
  image.src = `data:image/png;base64,${grid.png}`;
  image.alt = `Samples after step ${whole(grid.step)}`;
  image.width = grid.width * zoom;
  image.height = grid.height * zoom;
  image.className = zoom > 1 ? 'small' : '';
  byId('shown').textContent = `after step ${whole(grid.step)}`;
  byId('before').disabled = index === 0;
  byId('after').disabled = index === grids.length - 1;
}

// The samples of a step, as far as there are any: the latest that are not after it.
function showAt(step) {
  if (grids.length === 0 || step === null)
    return;
  let index = 0;
  while (index + 1 < grids.length && grids[index + 1].step <= step)
    index++;
  showGrid(index);
}

function play(on) {
  const button = byId('play');
  clearInterval(playing);
  playing = null;
  button.textContent = on ? '❚❚' : '▶';
  button.setAttribute('aria-label', on ? 'Stop' : 'Play the samples through time');
  if (!on)
    return;
  if (Number(byId('when').value) === grids.length - 1)
    showGrid(0);
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  playing = setInterval(() => {
    const next = Number(byId('when').value) + 1;
    if (next < grids.length)
      showGrid(next);
    if (next >= grids.length - 1)
      play(false);
  }, calm ? 1500 : Math.max(120, 4000 / grids.length));
}

function offerSamples() {
  if (grids.length === 0)
    return;
  const slider = byId('when'), move = by => {
    play(false);
    slider.value = Number(slider.value) + by;
    slider.dispatchEvent(new Event('input'));
  };
  byId('samples').hidden = false;
  document.querySelector('.hero').classList.add('with-samples');
  slider.max = grids.length - 1;
  slider.addEventListener('input', () => {
    play(false);
    showGrid(Number(slider.value));
    setCursor(grids[Number(slider.value)].step);
  });
  slider.addEventListener('blur', () => setCursor(null));
  byId('before').addEventListener('click', () => move(-1));
  byId('after').addEventListener('click', () => move(1));
  byId('play').addEventListener('click', () => play(playing === null));
  slider.disabled = byId('play').disabled = grids.length === 1;
  play(false);
  showGrid(grids.length - 1);
}

// ---- health ----

function icon(level) {
  const shape = {alarm: 'M8 1 15.5 14.5H.5Z', warning: 'M8 1 15.5 14.5H.5Z', note: 'M8 1a7 7 0 1 0 .01 0Z', fine: 'M8 1a7 7 0 1 0 .01 0Z'}[level];
  const inside = {alarm: 'M8 5.8v4M8 11.6v1', warning: 'M8 5.8v4M8 11.6v1', note: 'M8 7.2v4.4M8 4.4v1', fine: 'M4.8 8.3 7 10.5 11.2 6'}[level];
  const filled = level === 'alarm';
  return make('svg', {viewBox: '0 0 16 16', class: level, 'aria-hidden': 'true'},
    make('path', {d: shape, fill: filled ? 'currentColor' : 'none', stroke: 'currentColor', 'stroke-width': 1.3, 'stroke-linejoin': 'round'}),
    make('path', {d: inside, fill: 'none', stroke: filled ? 'var(--card)' : 'currentColor', 'stroke-width': 1.6, 'stroke-linecap': 'round'}));
}

function showHealth() {
  const {events} = data;
  if (events.length === 0)
    return;
  byId('health').hidden = false;
  byId('health-count').textContent = plural(events.length, 'event');
  for (const event of events.slice().reverse()) {
    const level = levelOf(event);
    const evidence = (event.evidence || []).map(e => `${e.name} ${number(e.value, 3)}`).join(', ');
    const button = make('button', {type: 'button'}, icon(level),
      make('span', {}, make('b', {class: level}, level), ` ${event.name}${event.where ? ` in ${event.where}` : ''}`),
      make('span', {class: 'at'}, `step ${whole(event.step)}`),
      make('span', {class: 'text'}, make('span', {}, event.message), event.advice ? make('span', {class: 'advice'}, event.advice) : null,
        evidence ? make('span', {class: 'evidence'}, evidence) : null));
    const show = () => { setCursor(event.step); showAt(event.step); };
    button.addEventListener('click', show);
    button.addEventListener('focus', () => setCursor(event.step));
    button.addEventListener('blur', () => setCursor(null));
    byId('events').append(make('li', {}, button));
  }
}

// ---- facts ----

function card(title, ...children) {
  return make('section', {class: 'card'}, make('div', {class: 'card-head'}, make('h2', {}, title)), children);
}

const row = (name, value, kind) => make('tr', {}, make('td', {}, name), make('td', {class: kind}, value));
const table = rows => make('table', {}, make('tbody', {}, rows));

function optionText(value) {
  if (typeof value === 'number')
    return number(value, 6);
  return value === true ? 'yes' : value === false ? 'no' : value === '' ? '(none)' : String(value);
}

function optionRow(option) {
  const value = [optionText(option.value)];
  if (option.changed)
    value.push(make('span', {class: 'was'}, `  preset: ${optionText(option.preset)}`));
  return row(option.name, value, option.changed ? 'changed' : null);
}

function optimizerText(o) {
  const parts = [o.kind, `rate ${number(o.rate, 4)}`];
  for (const name of ['beta1', 'beta2', 'weight_decay'])
    if (o[name] !== 0)
      parts.push(`${name} ${number(o[name], 4)}`);
  return parts.join(', ');
}

function optionsCard(facts) {
  const changed = facts.options.filter(o => o.changed), plain = facts.options.filter(o => !o.changed);
  const loss = facts.options.find(o => o.name === 'loss');
  const rows = [row('preset', facts.preset), row('optimizer of D', optimizerText(facts.discriminator_optimizer)), row('optimizer of G', optimizerText(facts.generator_optimizer))];
  if (loss && !loss.changed)
    rows.push(optionRow(loss));
  for (const [name, course] of Object.entries(facts.courses || {}))
    rows.push(row(`course of ${name}`, `${number(course.begin)} → ${number(course.end)} in ${whole(course.steps)} steps`));
  return card('Options', table(rows.concat(changed.map(optionRow))),
    make('details', {}, make('summary', {}, `${plural(plain.length, 'option')} as the preset has them`),
      make('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Options as the preset has them'}, table(plain.map(optionRow)))));
}

function machineCard(facts) {
  const m = facts.machine, rows = [], seconds = steps.curves.seconds ? median(steps.curves.seconds.mean) : null;
  const waited = steps.curves.data_seconds ? median(steps.curves.data_seconds.mean) : 0;
  if (m.processor)
    rows.push(row('processor', m.processor));
  rows.push(row('kernels for', m.level), row('threads', whole(m.threads)), row('system', [m.system, m.architecture].filter(Boolean).join(', ')), row('libgan', m.libgan));
  if (m.memory > 0)
    rows.push(row('memory of a step', bytes(m.memory)));
  rows.push(row('memory of networks and optimizers', bytes(m.state_memory)));
  if (seconds) {
    rows.push(row('a step, median', `${number(1000 * seconds, 3)} ms`), row('waiting for data, median', `${number(1000 * waited, 3)} ms`));
    if (m.flops > 0)
      rows.push(row('in matrix products', `${number(m.flops / 1e9, 3)} Gflop a step, ${number(m.flops / seconds / 1e9, 3)} Gflop/s`));
  }
  return card('Machine and speed', table(rows));
}

function networkCard(title, network) {
  const about = `${whole(network.parameters)} parameters, ${network.input} → ${network.output}`;
  return card(title, make('p', {class: 'muted'}, about), make('pre', {tabindex: 0, role: 'region', 'aria-label': `${title}: layers`}, network.summary));
}

function showFacts() {
  const place = byId('facts'), {facts, notes} = data;
  const rows = notes.map(note => row(note.name, note.text));
  if (facts && facts.data) {
    const d = facts.data;
    rows.push(row('data', d.name), row('examples', `${whole(d.examples)} of ${d.shape}${d.classes > 0 ? `, ${plural(d.classes, 'class').replace('classs', 'classes')}` : ''}`),
              row('batch', `${whole(d.batch)}, ${whole(d.batches_per_epoch)} batches an epoch`));
  }
  if (rows.length > 0)
    document.querySelector('.side').append(card('Run', table(rows)));
  if (facts)
    place.append(machineCard(facts), optionsCard(facts), networkCard('Generator', facts.generator), networkCard('Discriminator', facts.discriminator));
}

// ---- all together ----

function showCurves() {
  charts = plan().map(spec => new Chart(spec));
  byId('charts').append(...charts.map(chart => chart.figure));
  byId('curves-note').textContent = charts.length === 0 ? 'None yet.'
    : steps.width > 1 ? `Each point stands for up to ${plural(steps.width, 'step')}: pale from the least to the greatest, strong the mean, smoothed. Hover, or focus a chart and use the arrow keys.`
    : 'Pale: every step; strong: smoothed. Hover, or focus a chart and use the arrow keys.';
  const drawAll = () => charts.forEach(chart => chart.draw());
  drawAll();
  let width = 0;
  new ResizeObserver(entries => {
    const now = entries[0].contentRect.width;
    if (now !== width) {
      width = now;
      drawAll();
    }
  }).observe(byId('charts'));
}

showState();
offerToFollow();
showFigures();
showHealth();
showCurves();
offerSamples();
showFacts();
})();
