// What stands around the curves and the tasks.

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
  show('links', data.page ? el('a', {href: data.page}, 'The run in the Temporal UI') : '');
}

function crossing(data, tasks) {
  if (data.crossing) {
    const {coEvolution: of, shown} = data.crossing;
    const rate = value => value === null ? 'undecided' : percent(value);
    const list = (caption, lines) => table(caption, [{title: 'Question', long: true}, {title: 'Gold'},
      {title: 'First Reasoner', number: true}, {title: 'Last Reasoner', number: true}],
    lines.map(line => [line.question, line.gold, rate(line.firstReasoner), rate(line.lastReasoner)]));
    const gain = (what, change) => el('li', {}, what + ': ' + percent(change.before) + ' → ' + percent(change.after)
        + ' (95 % interval of the change: ' + points(change.low) + ' to ' + points(change.high) + ' points)');
    show('crossing',
        el('p', {class: 'lead'}, 'Both Challengers posed on the same documents, and both Reasoners answered both.'),
        el('ul', {}, gain('First Reasoner, on the first → the last Challenger’s tasks', of.harder),
            gain('First Challenger’s tasks, by the first → the last Reasoner', of.better),
            el('li', {}, 'Last Reasoner on the last Challenger’s tasks: ' + percent(of.lastOnLast))),
        ...shown.map(document => el('article', {class: 'card'},
            el('h3', {}, document.source), passage({text: document.passage, marks: []}),
            el('div', {class: 'columns'},
                el('div', {}, el('h4', {}, 'First Challenger'), list(document.source + ', first Challenger', document.first)),
                el('div', {}, el('h4', {}, 'Last Challenger'), list(document.source + ', last Challenger', document.last))))));
    return;
  }
  const sorted = [...tasks].filter(of => of.shown.some(valid)).sort((a, b) => a.iteration - b.iteration);
  if (sorted.length < 2) {
    show('crossing', el('p', {class: 'empty'}, 'Two iterations with valid tasks are needed for a comparison.'));
    return;
  }
  const column = (title, of) => el('div', {}, el('h4', {}, title + ': iteration ' + of.iteration),
      table('tasks of iteration ' + of.iteration, [{title: 'Question', long: true}, {title: 'Gold'}, {title: 'Right', number: true}],
          of.shown.filter(valid).map(task => [task.question, task.gold, right(task) + ' of ' + task.attempts.length])));
  show('crossing',
      el('p', {class: 'lead'}, 'Tasks of the first and of the newest iteration, on different documents. A finished run compares both on the same.'),
      el('div', {class: 'columns'}, column('First Challenger', sorted[0]), column('Newest Challenger', last(sorted))));
}

function documents(data) {
  const of = data.corpus;
  if (!of) {
    show('documents', el('p', {class: 'empty'}, 'The documents are named once the first iteration is committed.'));
    return;
  }
  const more = (shown, all) => shown < all ? 'the first ' + count(shown) + ' of ' + count(all) : count(all);
  show('documents',
      el('p', {class: 'lead'}, count(of.totals.files) + ' files seen: ' + count(of.allTaken) + ' taken, ' + count(of.allRefused) + ' refused, '
          + count(of.totals.hidden) + ' hidden. ' + count(of.totals.passages) + ' passages, ' + count(of.totals.tokens) + ' tokens, '
          + count(of.totals.duplicates) + ' duplicate passages dropped.'),
      el('p', {}, Object.entries(of.reasons).map(([reason, number]) => words(reason) + ' ' + count(number)).join(', ')),
      onDemand('Files taken (' + more(of.taken.length, of.allTaken) + ')', () => table('files taken',
          [{title: 'File', long: true}, {title: 'Type'}, {title: 'Size', number: true}, {title: 'Passages', number: true}, {title: 'Note'}],
          of.taken.map(file => [file.path, file.type, bytes(file.bytes), count(file.passages), file.isCut ? 'not read to its end' : '']))),
      onDemand('Files refused (' + more(of.refused.length, of.allRefused) + ')', () => table('files refused',
          [{title: 'File', long: true}, {title: 'Why'}, {title: 'Detail', long: true}],
          of.refused.map(file => [file.path, words(file.reason), file.detail]))),
      el('p', {class: 'meta'}, 'The manifest accounts for every file: ', el('code', {}, data.store + blob(of.manifest))));
}

function facts(data, linkTo) {
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
  show('facts',
      el('dl', {class: 'facts'}, ...rows.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)])),
      changes.length === 0 ? '' : el('h3', {}, 'What the operator changed'),
      changes.length === 0 ? '' : el('ul', {}, ...changes.map(([iteration, change]) => el('li', {}, 'iteration ' + iteration + ': ' + change))),
      onDemand('Settings (' + head.settings.length + ')', () => table('settings',
          [{title: 'Setting'}, {title: 'Value'}, {title: 'What it is', long: true}],
          head.settings.map(of => [of.name, of.value, of.meaning]))),
      onDemand('Iterations (' + count(data.lines.length) + ')', () => table('iterations',
          [{title: 'Iteration', number: true}, {title: 'Pass rate', number: true}, {title: 'Valid', number: true},
            {title: 'Reward', number: true}, {title: 'Committed'}, {title: 'Checkpoint', long: true}],
          data.lines.map(line => {
            const link = line.iteration > 0 && linkTo(line.iteration);
            return [link ? el('a', {href: link}, String(line.iteration)) : String(line.iteration),
              percent(line.metrics && line.metrics.passRate), percent(line.metrics && line.metrics.validShare),
              fixed(2)(line.metrics && line.metrics.challengerReward),
              line.committed ? line.committed.slice(0, 19).replace('T', ' ') : missing, line.checkpoint];
          }))));
}
