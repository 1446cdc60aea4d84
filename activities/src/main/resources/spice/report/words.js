'use strict';

// Elements and formats. Texts of documents and models reach the page only as text nodes.

/** An element with attributes and children; strings become text nodes. */
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== undefined && value !== null && value !== false) {
      made.setAttribute(name, value === true ? '' : String(value));
    }
  }
  made.append(...children.filter(child => child !== null && child !== undefined && child !== ''));
  return made;
}

function byId(id) {
  return document.getElementById(id);
}

function show(id, ...children) {
  byId(id).replaceChildren(...children);
}

/** Makes these the children of an element. Children that stay are not touched, so that a reader keeps their place. */
function arrange(parent, children) {
  const stay = new Set(children);
  [...parent.children].filter(child => !stay.has(child)).forEach(child => child.remove());
  children.forEach((child, i) => {
    if (parent.children[i] !== child) {
      parent.insertBefore(child, parent.children[i] || null);
    }
  });
}

/** Gives a select or a datalist these choices, unless it has them already. The selection stays if it is still possible. */
function options(id, choices) {
  const field = byId(id);
  if (field.children.length !== choices.length || [...field.children].map(option => option.value).join('\n') !== choices.map(([value]) => value).join('\n')) {
    const chosen = field.value;
    field.replaceChildren(...choices.map(([value, label]) => el('option', {value}, label)));
    if (field.tagName === 'SELECT') {
      field.value = choices.some(([value]) => value === chosen) ? chosen : '';
    }
  }
}

/** Whether somebody may be reading an element: some of it is visible, or it contains the focus. */
function isRead(element) {
  const box = element.getBoundingClientRect();
  return element.contains(document.activeElement) || (box.top < innerHeight && box.bottom > 0);
}

/** Makes scrollable texts, and only those, reachable by keyboard. */
function reach() {
  for (const text of document.querySelectorAll('blockquote, pre, .said')) {
    if (text.scrollHeight > text.clientHeight + 1) {
      text.tabIndex = 0;
    } else if (text !== document.activeElement) {
      text.removeAttribute('tabindex');
    }
  }
}

const missing = '–';

function isNumber(value) {
  return typeof value === 'number' && Number.isFinite(value);
}

function fixed(digits) {
  return value => isNumber(value) ? value.toFixed(digits) : missing;
}

const percent = value => isNumber(value) ? (100 * value).toFixed(1) + '\u00a0%' : missing;
const count = value => isNumber(value) ? Math.round(value).toLocaleString('en') : missing;
const signed = value => isNumber(value) ? (value < 0 ? '−' : '+') + Math.abs(value).toFixed(2) : missing;

const points = share => (share < 0 ? '−' : '+') + Math.abs(100 * share).toFixed(1);

/** Three digits, whatever the magnitude. */
function small(value) {
  if (!isNumber(value)) {
    return missing;
  }
  const size = Math.abs(value);
  return value === 0 ? '0' : size >= 1000 || size < 0.001 ? value.toExponential(2) : value.toPrecision(3);
}

function duration(seconds) {
  if (!isNumber(seconds)) {
    return missing;
  }
  if (seconds < 100) {
    return (seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0)) + ' s';
  }
  return seconds < 7200 ? Math.round(seconds / 60) + ' min' : (seconds / 3600).toFixed(1) + ' h';
}

function bytes(size) {
  return size < 1000 ? size + ' B' : size < 1e6 ? (size / 1e3).toFixed(0) + ' kB' : (size / 1e6).toFixed(1) + ' MB';
}

/** The name of a constant as words. */
function words(name) {
  return String(name).toLowerCase().replaceAll('_', ' ');
}

/** A table with a head; columns are {title, number, long}, rows are lists of cells. */
class Table {
  constructor(caption) {
    this.head = el('tr', {});
    this.body = el('tbody', {});
    this.caption = el('caption', {class: 'hidden'});
    this.rows = new WeakMap();
    this.titles = '';
    this.element = el('div', {class: 'scroll', tabindex: '0', role: 'region'},
        el('table', {}, this.caption, el('thead', {}, this.head), this.body));
    this.call(caption);
  }

  call(caption) {
    this.caption.textContent = caption;
    this.element.setAttribute('aria-label', caption);
  }

  /** Shows these rows. Unchanged rows keep their elements. */
  show(columns, rows) {
    const align = column => column.number ? 'number' : column.long ? 'long' : undefined;
    const titles = columns.map(column => column.title).join('\n');
    if (titles !== this.titles) {
      this.titles = titles;
      this.head.replaceChildren(...columns.map(column => el('th', {scope: 'col', class: align(column)}, column.title)));
      this.body.replaceChildren();
    }
    arrange(this.body, rows.map((row, at) => {
      const there = this.body.children[at];
      const key = row.map(cell => cell instanceof Element ? cell.outerHTML : cell).join('\n');
      if (there && this.rows.get(there) === key) {
        return there;
      }
      const made = el('tr', {}, ...row.map((cell, i) => el('td', {class: align(columns[i])}, cell)));
      this.rows.set(made, key);
      return made;
    }));
    return this;
  }
}

/** A table that is built when somebody opens it. */
class OnDemand {
  constructor(caption) {
    this.summary = el('summary', {});
    this.element = el('details', {}, this.summary);
    this.table = new Table(caption);
    this.element.addEventListener('toggle', () => this.fill());
  }

  /** Columns and rows are computed when the table is open. */
  show(title, makeColumns, makeRows) {
    this.summary.textContent = title;
    this.make = () => this.table.show(makeColumns(), makeRows());
    this.fill();
    return this;
  }

  fill() {
    if (this.element.open && this.make) {
      this.make();
      if (!this.table.element.isConnected) {
        this.element.append(this.table.element);
      }
    }
  }
}
