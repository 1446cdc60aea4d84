// The sections of the page other than curves and tasks.

function last(list) {
  return list[list.length - 1];
}

function tiles(data) {
  const done = data.lines.filter(line => line.metrics);
  const asked = data.lines.filter(line => line.heldOut);
  const tile = (name, value, note) => el('div', {}, el('dt', {}, name), el('dd', {}, value, note ? el('small', {}, note) : null));
  const made = [];
  if (asked.length > 0) {
    const first = asked[0].heldOut.greedy;
    const now = last(asked).heldOut;
    made.push(tile('Held-out accuracy', percent(now.greedy), asked.length > 1
        ? 'from ' + percent(first) + ', greedy, ' + count(now.questions) + ' questions'
        : 'greedy, ' + count(now.questions) + ' questions'));
  }
  if (done.length > 0) {
    const now = last(done);
    made.push(tile('Reasoner pass rate', percent(now.metrics.passRate), 'from ' + percent(done[0].metrics.passRate)));
    made.push(tile('Valid tasks', percent(now.metrics.validShare), 'from ' + percent(done[0].metrics.validShare)));
    made.push(tile('Challenger reward', fixed(2)(now.metrics.challengerReward), 'from ' + fixed(2)(done[0].metrics.challengerReward)));
    const sampled = done.map(line => line.tokensPerSecond).filter(isNumber).sort((a, b) => a - b);
    made.push(tile('Sampling', sampled.length ? count(sampled[Math.floor(sampled.length / 2)]) : missing, 'tokens a second, median'));
    const seconds = done.filter(line => line.seconds).map(line => Object.values(line.seconds).reduce((sum, of) => sum + of, 0));
    if (seconds.length > 0) {
      made.push(tile('An iteration', duration(seconds.reduce((sum, of) => sum + of, 0) / seconds.length),
          data.every > 1 ? 'mean of those shown' : duration(seconds.reduce((sum, of) => sum + of, 0)) + ' in all'));
    }
  }
  show('tiles', ...made);
  byId('tiles').hidden = made.length === 0;
}

function standing(data, live) {
  const at = last(data.lines);
  const finished = at ? at.iteration : 0;
  const stands = data.standing;
  const parts = [];
  if (stands) {
    parts.push(stands.state === 'NeedsAttention' ? 'waits for a person' : stands.state);
    if (stands.step) {
      parts.push(stands.step);
    }
  }
  const goal = stands && stands.lastIteration > 0 ? ' of ' + count(stands.lastIteration) : '';
  parts.push(count(finished) + goal + (finished === 1 && !goal ? ' iteration' : ' iterations'));
  if (stands && stands.secondsLeft > 0 && stands.state === 'iterating') {
    parts.push('about ' + duration(stands.secondsLeft) + ' left');
  }
  if (at && at.committed) {
    parts.push('last committed ' + at.committed.slice(0, 16).replace('T', ' ') + ' UTC');
  }
  if (live) {
    parts.push(live);
  }
  byId('state').textContent = parts.join(' · ');
  byId('trouble').hidden = !(stands && stands.trouble);
  byId('trouble').textContent = stands && stands.trouble ? stands.trouble : '';
  if (data.page && !byId('links').firstElementChild) {
    show('links', el('a', {href: data.page}, 'The run in the Temporal UI'));
  }
}

/** Iterations whose sampler was another policy than the one that learned, beyond rounding. */
function warning(data) {
  const apart = data.head ? data.lines.filter(line => line.training && line.training.samplerLearnerDifference > data.head.samplerGap) : [];
  const most = Math.max(...apart.map(line => line.training.samplerLearnerDifference));
  byId('warning').hidden = apart.length === 0;
  byId('warning').textContent = apart.length === 0 ? '' : 'Sampler and learner differed by up to ' + small(most)
      + ' nats a token, more than rounding explains (' + data.head.samplerGap + '), in '
      + (apart.length === 1 ? 'iteration ' : count(apart.length) + ' iterations, last in ') + last(apart).iteration
      + ': what sampled was not the policy that learned. See docs/memory.md.';
}

/** The tasks of the first and of the last Challenger: those of the first and newest iteration, until a finished run has compared both on the same documents. */
class Challengers {
  constructor() {
    this.is = '';
    this.title = el('h4', {});
    this.newest = new Table('');
  }

  show(data, tasks) {
    const sorted = tasks.filter(of => of.shown.some(valid)).sort((a, b) => a.iteration - b.iteration);
    const is = data.crossing ? 'crossed' : sorted.length < 2 ? 'empty' : 'beside';
    if (is === 'beside') {
      const of = last(sorted);
      this.title.textContent = 'Newest Challenger: iteration ' + of.iteration;
      this.newest.call('tasks of iteration ' + of.iteration);
      tasksTable(this.newest, of);
    }
    if (is !== this.is) {
      this.is = is;
      show('crossing', ...is === 'crossed' ? crossed(data.crossing) : is === 'beside' ? this.beside(sorted[0])
          : [el('p', {class: 'empty'}, 'Two iterations with valid tasks are needed for a comparison.')]);
    }
  }

  beside(first) {
    return [el('p', {class: 'lead'}, 'Tasks of the first and of the newest iteration, on different documents. A finished run compares both on the same.'),
      el('div', {class: 'columns'},
          el('div', {}, el('h4', {}, 'First Challenger: iteration ' + first.iteration),
              tasksTable(new Table('tasks of iteration ' + first.iteration), first).element),
          el('div', {}, this.title, this.newest.element))];
  }
}

function tasksTable(table, of) {
  return table.show([{title: 'Question', long: true}, {title: 'Gold'}, {title: 'Right', number: true}],
      of.shown.filter(valid).map(task => [task.question, task.gold, right(task) + ' of ' + answers(task)]));
}

function crossed({coEvolution: of, shown}) {
  const rate = value => value === null ? 'undecided' : percent(value);
  const list = (caption, lines) => new Table(caption).show([{title: 'Question', long: true}, {title: 'Gold'},
    {title: 'First Reasoner', number: true}, {title: 'Last Reasoner', number: true}],
  lines.map(line => [line.question, line.gold, rate(line.firstReasoner), rate(line.lastReasoner)])).element;
  const gain = (what, change) => el('li', {}, what + ': ' + percent(change.before) + ' → ' + percent(change.after)
      + ' (95 % interval of the change: ' + points(change.low) + ' to ' + points(change.high) + ' points)');
  return [
    el('p', {class: 'lead'}, 'Both Challengers posed on the same documents, and both Reasoners answered both.'),
    el('ul', {}, gain('First Reasoner, on the first → the last Challenger’s tasks', of.harder),
        gain('First Challenger’s tasks, by the first → the last Reasoner', of.better),
        el('li', {}, 'Last Reasoner on the last Challenger’s tasks: ' + percent(of.lastOnLast))),
    ...shown.map(document => el('article', {class: 'card'},
        el('h3', {}, document.source), passage({text: document.passage, marks: []}),
        el('div', {class: 'columns'},
            el('div', {}, el('h4', {}, 'First Challenger'), list(document.source + ', first Challenger', document.first)),
            el('div', {}, el('h4', {}, 'Last Challenger'), list(document.source + ', last Challenger', document.last)))))];
}

class Documents {
  constructor() {
    this.taken = new OnDemand('files taken');
    this.refused = new OnDemand('files refused');
    this.lead = el('p', {class: 'lead'});
    this.reasons = el('p', {});
    this.address = el('code', {});
    this.parts = [this.lead, this.reasons, this.taken.element, this.refused.element,
      el('p', {class: 'meta'}, 'The manifest accounts for every file: ', this.address)];
  }

  show(data) {
    const of = data.corpus;
    if (!of) {
      show('documents', el('p', {class: 'empty'}, 'The documents are named once the first iteration is committed.'));
      return;
    }
    const more = (shown, all) => shown < all ? 'the first ' + count(shown) + ' of ' + count(all) : count(all);
    this.lead.textContent = count(of.totals.files) + ' files seen: ' + count(of.allTaken) + ' taken, ' + count(of.allRefused) + ' refused, '
        + count(of.totals.hidden) + ' hidden. ' + count(of.totals.passages) + ' passages, ' + count(of.totals.tokens) + ' tokens, '
        + count(of.totals.duplicates) + ' duplicate passages dropped.'
        + (of.totals.badLines ? ' ' + count(of.totals.badLines) + ' JSON lines refused.' : '');
    this.reasons.textContent = Object.entries(of.reasons).map(([reason, number]) => words(reason) + ' ' + count(number)).join(', ');
    this.taken.show('Files taken (' + more(of.taken.length, of.allTaken) + ')',
        () => [{title: 'File', long: true}, {title: 'Type'}, {title: 'Size', number: true}, {title: 'Passages', number: true}, {title: 'Note'}],
        () => of.taken.map(file => [file.path, file.type, bytes(file.bytes), count(file.passages), [file.isCut ? 'not read to its end' : '', file.badLines ? count(file.badLines) + ' lines refused' : ''].filter(note => note).join(', ')]));
    this.refused.show('Files refused (' + more(of.refused.length, of.allRefused) + ')',
        () => [{title: 'File', long: true}, {title: 'Why'}, {title: 'Detail', long: true}],
        () => of.refused.map(file => [file.path, words(file.reason), file.detail]));
    this.address.textContent = data.store + blob(of.manifest);
    arrange(byId('documents'), this.parts);
  }
}

class Facts {
  constructor() {
    this.rows = el('dl', {class: 'facts'});
    this.changes = el('div', {});
    this.settings = new OnDemand('settings');
    this.iterations = new OnDemand('iterations');
    this.parts = [this.rows, this.changes, this.settings.element, this.iterations.element];
  }

  show(data, linkTo) {
    const head = data.head;
    if (!head) {
      show('facts', el('p', {class: 'empty'}, 'Known once the first iteration is committed.'));
      return;
    }
    const setting = name => (head.settings.find(of => of.name === name) || {value: missing}).value;
    const changes = data.lines.flatMap(line => line.changes.map(change => [line.iteration, change]));
    const rows = [
      ['Program', head.version || 'not recorded'], ['Hardware', head.hardware], ['Seed', setting('seed')],
      ['Base', head.base], ['Started from', head.start], ['Last checkpoint', head.checkpoint], ['Its manifest', head.manifest],
      ['Gradient updates', count(head.updates)], ['Store', data.store]];
    this.rows.replaceChildren(...rows.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
    this.changes.replaceChildren(...changes.length === 0 ? [] : [el('h3', {}, 'What the operator changed'),
      el('ul', {}, ...changes.map(([iteration, change]) => el('li', {}, 'iteration ' + iteration + ': ' + change)))]);
    this.settings.show('Settings (' + head.settings.length + ')',
        () => [{title: 'Setting'}, {title: 'Value'}, {title: 'What it is', long: true}],
        () => head.settings.map(of => [of.name, of.value, of.meaning]));
    this.iterations.show('Iterations (' + count(data.lines.length) + ')',
        () => [{title: 'Iteration', number: true}, {title: 'Pass rate', number: true}, {title: 'Valid', number: true},
          {title: 'Reward', number: true}, {title: 'Committed'}, {title: 'Checkpoint', long: true}],
        () => data.lines.map(line => {
          const link = line.iteration > 0 && linkTo(line.iteration);
          return [link ? el('a', {href: link}, String(line.iteration)) : String(line.iteration),
            percent(line.metrics && line.metrics.passRate), percent(line.metrics && line.metrics.validShare),
            fixed(2)(line.metrics && line.metrics.challengerReward),
            line.committed ? line.committed.slice(0, 19).replace('T', ' ') : missing, line.checkpoint];
        }));
    arrange(byId('facts'), this.parts);
  }
}
