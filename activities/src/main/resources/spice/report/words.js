'use strict';

// Elements and words. Whatever comes from documents or models gets onto the page through textContent alone.

/** An element with a class, attributes and children; strings become text. */
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

/** Few digits, whatever the magnitude. */
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

/** A constant's name as words. */
function words(name) {
  return String(name).toLowerCase().replaceAll('_', ' ');
}

/** A table with a head; columns are {title, number, long}, rows are lists of cells. */
function table(caption, columns, rows) {
  const align = column => column.number ? 'number' : column.long ? 'long' : undefined;
  const head = el('tr', {}, ...columns.map(column => el('th', {scope: 'col', class: align(column)}, column.title)));
  const body = rows.map(row => el('tr', {}, ...row.map((cell, i) => el('td', {class: align(columns[i])}, cell))));
  return el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption},
      el('table', {}, el('caption', {class: 'hidden'}, caption), el('thead', {}, head), el('tbody', {}, ...body)));
}

/** A table that is made when somebody opens it, and anew each time. */
function onDemand(title, makeTable) {
  const details = el('details', {}, el('summary', {}, title));
  details.addEventListener('toggle', () => {
    while (details.children.length > 1) {
      details.lastChild.remove();
    }
    if (details.open) {
      details.append(makeTable());
    }
  });
  return details;
}
