// The tasks to read, with filters.

const PAGE = 10;

const verdicts = [
  ['', 'any', () => true],
  ['mixed', 'some right, some wrong', task => valid(task) && right(task) > 0 && right(task) < answers(task)],
  ['right', 'all right', task => valid(task) && right(task) === answers(task)],
  ['wrong', 'none right', task => valid(task) && right(task) === 0],
  ['suspect', 'suspect gold', task => task.isSuspect],
  ['unreadable', 'an unreadable answer', task => task.answers.UNREADABLE > 0],
  ['undecided', 'an undecided verdict', task => task.answers.UNDECIDED > 0],
  ['refused', 'refused', task => task.refusal !== null],
];

function valid(task) {
  return task.refusal === null && task.attempts.length > 0;
}

/** Number of all attempts; the page shows the first of them. */
function answers(task) {
  return Object.values(task.answers).reduce((sum, of) => sum + of, 0);
}

function right(task) {
  return task.answers.CORRECT || 0;
}

class Tasks {
  constructor() {
    this.all = [];
    this.listed = new Set();
    this.cards = new WeakMap();
    this.limit = PAGE;
    byId('by-verdict').append(...verdicts.map(([value, label]) => el('option', {value}, label)));
    byId('filters').addEventListener('submit', event => event.preventDefault());
    byId('filters').addEventListener('input', () => {
      this.limit = PAGE;
      this.list();
    });
    byId('more').addEventListener('click', () => {
      const before = byId('cards').children.length;
      this.limit += PAGE;
      this.list();
      byId('cards').children[before].focus();
    });
    byId('newer').addEventListener('click', () => {
      this.limit = PAGE;
      this.list();
      byId('cards').scrollIntoView();
      byId('cards').firstElementChild.focus({preventScroll: true});
    });
  }

  /** Takes the tasks of all iterations, newest first. While somebody may be reading, the list stays and a button offers the new tasks. */
  show(iterations, store, linkTo) {
    this.store = store;
    this.linkTo = linkTo;
    this.all = [...iterations].sort((a, b) => b.iteration - a.iteration)
        .flatMap(of => of.shown.map(task => ({task, of, haystack: haystack(task)})));
    const kinds = [...new Set(this.all.map(({task}) => task.kind).filter(kind => kind))].sort();
    options('by-kind', [['', 'any'], ...kinds.map(kind => [kind, words(kind)])]);
    const sources = [...new Set(this.all.map(({task}) => task.source).filter(source => source))].sort().slice(0, 500);
    options('sources', sources.map(source => [source, '']));
    if (this.listed.size > 0 && isRead(byId('cards'))) {
      const unseen = this.found().filter(({task}) => !this.listed.has(task)).length;
      byId('newer').hidden = unseen === 0;
      byId('newer').textContent = 'Show ' + count(unseen) + ' newer';
    } else {
      this.list();
    }
  }

  /** The tasks that pass the filters. */
  found() {
    const iteration = byId('by-iteration').value;
    const isVerdict = verdicts.find(([value]) => value === byId('by-verdict').value)[2];
    const kind = byId('by-kind').value;
    const source = byId('by-source').value.trim().toLowerCase();
    const text = byId('by-text').value.trim().toLowerCase();
    return this.all.filter(({task, of, haystack: hay}) =>
      (iteration === '' || of.iteration === Number(iteration)) && isVerdict(task) && (kind === '' || task.kind === kind)
      && task.source.toLowerCase().includes(source) && hay.includes(text));
  }

  list() {
    const found = this.found();
    this.listed = new Set(found.map(({task}) => task));
    byId('found').textContent = found.length === 0
        ? this.all.length === 0 ? 'No tasks yet.' : 'None of the ' + count(this.all.length) + ' tasks on this page is like this.'
        : count(found.length) + (found.length === 1 ? ' task' : ' tasks') + (found.length < this.all.length ? ' of ' + count(this.all.length) : '') + ' on this page, the newest first.';
    const fresh = [];
    arrange(byId('cards'), found.slice(0, this.limit).map(({task, of}) => {
      if (!this.cards.has(task)) {
        this.cards.set(task, this.card(task, of));
        fresh.push(this.cards.get(task));
      }
      return this.cards.get(task);
    }));
    fresh.forEach(reveal);
    reach();
    byId('newer').hidden = true;
    byId('more').hidden = found.length <= this.limit;
  }

  card(task, of) {
    const title = task.refusal === null ? task.question : 'Refused: ' + words(task.refusal);
    const link = this.linkTo(of.iteration);
    return el('article', {class: 'card', tabindex: '-1'},
        el('h3', {}, title),
        el('p', {class: 'meta'},
            link ? el('a', {href: link, title: 'in the Temporal UI'}, 'iteration ' + of.iteration) : 'iteration ' + of.iteration,
            [task.source, task.kind && words(task.kind), task.difficulty].filter(word => word).map(word => ' · ' + word).join('')),
        el('ul', {class: 'badges'}, ...badges(task)),
        el('div', {class: 'columns'}, el('div', {}, ...posed(task)), el('div', {}, ...answered(task))),
        task.isCut ? this.address(of) : null);
  }

  address(of) {
    return el('p', {class: 'meta'}, 'Longer texts are cut. In full: tasks ', el('code', {}, this.store + blob(of.tasks)),
        of.passages ? ', passages ' : '', of.passages ? el('code', {}, this.store + blob(of.passages)) : '', ' (JSON, zstd).');
  }
}

function blob(sha256) {
  return '/blobs/' + sha256.slice(0, 2) + '/' + sha256;
}

function haystack(task) {
  return [task.question, task.gold, task.passage.text, task.detail, ...task.replies, ...task.attempts.map(attempt => attempt.text)]
      .join('\n').toLowerCase();
}

function badges(task) {
  const badge = (text, kind) => el('li', {class: kind}, text);
  const made = [];
  if (valid(task)) {
    const all = answers(task);
    const good = right(task);
    made.push(badge(good + ' of ' + all + ' right', good === all ? 'good' : good === 0 ? 'bad' : 'warn'));
  }
  if (task.isSuspect) {
    made.push(badge('suspect gold', 'bad'));
  }
  made.push(badge('reward ' + signed(task.reward)), badge('advantage ' + signed(task.advantage)));
  if (task.isTrained) {
    made.push(badge('the Reasoner learned from these'));
  }
  return made;
}

/** A passage with its quotes marked. */
function passage(excerpt) {
  const parts = [];
  let at = 0;
  for (const [from, to] of excerpt.marks) {
    parts.push(excerpt.text.slice(at, from), el('mark', {}, excerpt.text.slice(from, to)));
    at = to;
  }
  return el('blockquote', {role: 'group', 'aria-label': 'passage'}, ...parts, excerpt.text.slice(at));
}

/** Scrolls long passages to their first mark. */
function reveal(card) {
  for (const quoted of card.querySelectorAll('blockquote')) {
    const first = quoted.querySelector('mark');
    if (first && quoted.scrollHeight > quoted.clientHeight) {
      quoted.scrollTop += first.getBoundingClientRect().top - quoted.getBoundingClientRect().top - quoted.clientHeight / 3;
    }
  }
}

function posed(task) {
  const made = [];
  if (task.passage.text) {
    made.push(el('h4', {}, 'The Challenger read'), passage(task.passage));
  }
  if (task.options.length) {
    made.push(el('h4', {}, 'Options'), el('p', {}, task.options.map((option, i) => 'ABCD'[i] + ') ' + option).join('   ')));
  }
  if (task.refusal === null) {
    made.push(el('h4', {}, 'Gold answer'), el('p', {class: 'gold'}, task.gold,
        task.derivation ? el('code', {}, '  = ' + task.derivation) : ''));
  }
  return made;
}

function answered(task) {
  if (task.refusal !== null) {
    return [el('h4', {}, 'Why it was refused'), el('p', {}, task.detail || words(task.refusal)),
      el('h4', {}, 'The Challenger’s words'),
      ...task.replies.map(reply => el('pre', {role: 'group', 'aria-label': 'reply'}, reply))];
  }
  const attempts = [...task.attempts].map(attempt => {
    const word = words(attempt.verdict);
    return el('li', {},
        el('span', {class: word}, (attempt.verdict === 'CORRECT' ? '✓ ' : attempt.verdict === 'WRONG' ? '✗ ' : '? ') + word),
        el('span', {class: 'said', role: 'group', 'aria-label': 'answer'}, attempt.text),
        el('span', {class: 'gain'},
            el('span', {}, attempt.reward === null ? 'no reward' : 'reward ' + attempt.reward),
            task.isTrained ? el('span', {}, 'advantage ' + signed(attempt.advantage)) : null));
  });
  const more = answers(task) - task.attempts.length;
  return [el('h4', {}, 'The Reasoner answered, without the document'), el('ul', {class: 'attempts'}, ...attempts),
    more > 0 ? el('p', {class: 'meta'}, 'and ' + count(more) + ' more') : ''];
}
