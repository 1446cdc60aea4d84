// Builds the page, and keeps it up to date while the run goes on.

(() => {
  const data = JSON.parse(byId('data').textContent);
  const charts = new Map();
  const tasks = new Tasks();
  const challengers = new Challengers();
  const documents = new Documents();
  const facts = new Facts();
  let live = '';

  const linkTo = iteration => data.page && iteration > 0 ? data.page + '%2Fiteration-' + iteration : null;

  function drawn() {
    const done = data.lines;
    for (const curve of curves(done)) {
      if (!charts.has(curve.id)) {
        charts.set(curve.id, new Chart(curve));
        byId('charts').append(charts.get(curve.id).figure);
      }
      charts.get(curve.id).show(curve, done);
    }
    byId('curves-lead').textContent = data.every > 1
        ? 'Every ' + data.every + 'th iteration is shown. Point at a chart, or walk through it with the arrow keys; each has a table.'
        : 'Point at a chart, or walk through it with the arrow keys; each has a table.';
  }

  function shown() {
    standing(data, live);
    warning(data);
    tiles(data);
    drawn();
    tasks.show(data.tasks, data.store, linkTo);
    challengers.show(data, data.tasks);
    documents.show(data);
    facts.show(data, linkTo);
  }

  /** Merges old and fresh entries by iteration. An entry that is unchanged stays the same object. */
  function merged(old, fresh) {
    const all = new Map(old.map(of => [of.iteration, of]));
    fresh.filter(of => JSON.stringify(of) !== JSON.stringify(all.get(of.iteration))).forEach(of => all.set(of.iteration, of));
    return [...all.values()].sort((a, b) => a.iteration - b.iteration);
  }

  function take(news) {
    const isMore = news.lines.length > 0 || news.crossing;
    data.lines = merged(data.lines, news.lines);
    data.tasks = merged(data.tasks, news.tasks);
    for (const part of ['head', 'standing', 'crossing', 'corpus', 'page']) {
      data[part] = news[part] || data[part];
    }
    if (isMore) {
      shown();
    } else {
      standing(data, live);
    }
  }

  function say(word) {
    live = word;
    standing(data, live);
  }

  function follow(events) {
    const source = new EventSource(events + '?after=' + (data.lines.length ? last(data.lines).iteration : 0));
    source.addEventListener('open', () => say('live'));
    source.addEventListener('error', () => say('the connection is lost; trying again'));
    source.addEventListener('news', event => take(JSON.parse(event.data)));
    source.addEventListener('reload', () => location.reload());
  }

  shown();
  const theme = matchMedia('(prefers-color-scheme: dark)');
  theme.addEventListener('change', () => charts.forEach(chart => chart.redraw()));
  new ResizeObserver(reach).observe(document.body);
  if (document.body.dataset.events) {
    follow(document.body.dataset.events);
  }
  document.documentElement.dataset.ready = 'yes';
})();
