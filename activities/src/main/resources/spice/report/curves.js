// The curves: each has a title, a sentence for readers who do not know the paper, and its series as functions of a line
// of metrics.jsonl.

const training = name => line => line.training && line.training.updates > 0 ? line.training[name] : null;
const metric = name => line => line.metrics ? line.metrics[name] : null;
const heldOut = name => line => line.heldOut ? line.heldOut[name] : null;
const bound = (name, side) => line => line.heldOut && line.heldOut[name] ? line.heldOut[name][side] : null;
const diversity = of => line => line.metrics && line.metrics.diversity ? of(line.metrics.diversity) : null;
const step = name => line => line.seconds ? line.seconds[name] : null;

/** Keys of a map in the metrics of any line, the most frequent first. */
function keys(lines, name) {
  const sums = new Map();
  for (const line of lines) {
    for (const [key, value] of Object.entries((line.metrics && line.metrics[name]) || {})) {
      sums.set(key, (sums.get(key) || 0) + (isNumber(value) ? value : value.tasks));
    }
  }
  return [...sums.entries()].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(entry => entry[0]);
}

/** Shares of a whole. If there are many, the smallest are joined as 'others'. */
function shares(lines, name, value, whole) {
  const all = keys(lines, name);
  const own = all.length > 11 ? all.slice(0, 10) : all;
  const share = (line, key) => line.metrics ? value((line.metrics[name] || {})[key]) / Math.max(1, whole(line.metrics)) : null;
  const series = own.map(key => ({label: words(key), of: line => share(line, key)}));
  const rest = all.slice(own.length);
  return rest.length === 0
      ? series
      : [...series, {label: 'others', of: line => rest.reduce((sum, key) => sum + share(line, key), 0)}];
}

function curves(lines) {
  const attempted = metrics => Object.values(metrics.kinds).reduce((sum, kind) => sum + kind.tasks, 0);
  return [
    {id: 'held-out', title: 'Held-out accuracy', range: [0, 1], format: percent, points: true,
      about: 'Questions the model never learns from, with 95\u00a0% intervals.',
      series: [
        {label: 'greedy', of: heldOut('greedy'), low: bound('greedyInterval', 'low'), high: bound('greedyInterval', 'high')},
        {label: 'mean at temperature 1', of: heldOut('mean'), low: bound('meanInterval', 'low'), high: bound('meanInterval', 'high')}]},
    {id: 'pass-rate', title: 'Reasoner pass rate', range: [0, 1], format: percent,
      about: 'Share of right answers to the Challenger’s tasks, without the document.',
      series: [{label: 'pass rate', of: metric('passRate')}]},
    {id: 'reward', title: 'Challenger reward', format: fixed(3),
      about: 'Highest where about half of the answers are right; −0.1 for an invalid task.',
      series: [{label: 'reward', of: metric('challengerReward')}]},
    {id: 'valid', title: 'Valid tasks and refusals', range: [0, 1], format: percent, stacked: true,
      about: 'Of all tasks posed: those that could be used, and why the others could not.',
      series: [{label: 'valid', of: metric('validShare')},
        ...shares(lines, 'refusals', number => number || 0, metrics => metrics.posed)]},
    ...(keys(lines, 'repairs').length === 0 ? [] : [
      {id: 'repairs', title: 'Repaired replies', format: percent, zero: true,
        about: 'Of all tasks posed: how many took each kind of repair before they could be read. Rewards do not change by it.',
        series: shares(lines, 'repairs', number => number || 0, metrics => metrics.posed)}]),
    {id: 'kinds', title: 'Tasks by kind of answer', range: [0, 1], format: percent, stacked: true,
      about: 'One kind taking over is how self-play goes astray first.',
      series: shares(lines, 'kinds', kind => kind ? kind.tasks : 0, attempted)},
    {id: 'kind-rates', title: 'Pass rate by kind', range: [0, 1], format: percent,
      about: 'Share of right answers, for each kind of answer.',
      series: keys(lines, 'kinds').map(key => ({label: words(key),
        of: line => line.metrics && line.metrics.kinds[key] ? line.metrics.kinds[key].passRate : null}))},
    {id: 'difficulty', title: 'Difficulty', range: [0, 1], format: percent, stacked: true,
      about: 'In the Challenger’s own word.',
      series: shares(lines, 'difficulties', number => number || 0, metrics => metrics.attempted)},
    {id: 'diversity', title: 'Diversity of tasks', range: [0, 1], format: percent,
      about: 'Different questions and passages among the valid tasks; self-BLEU is 100\u00a0% where all questions are alike.',
      series: [
        {label: 'different questions', of: diversity(of => of.valid ? of.questions / of.valid : null)},
        {label: 'passages a task', of: diversity(of => of.valid ? of.passages / of.valid : null)},
        {label: 'self-BLEU', of: diversity(of => of.selfBleu)}]},
    {id: 'suspect', title: 'Suspect golds, undecided verdicts', format: count, zero: true,
      about: 'Tasks whose answer most attempts contradict; attempts on which the verifier gave up.',
      series: [{label: 'suspect golds', of: metric('suspectGolds')}, {label: 'undecided', of: metric('undecided')}]},
    {id: 'lengths', title: 'Lengths', format: fixed(1), zero: true, about: 'Mean new tokens of a task and of an answer.',
      series: [{label: 'Challenger', of: metric('challengerLength')}, {label: 'Reasoner', of: metric('reasonerLength')}]},
    {id: 'loss', title: 'Loss', format: small, about: 'Of the policy gradient; it need not fall.',
      series: [{label: 'loss', of: training('loss')}]},
    {id: 'entropy', title: 'Entropy', format: fixed(3), zero: true, about: 'Of the policy at the trained tokens, in nats; near 0 it has stopped exploring.',
      series: [{label: 'entropy', of: training('entropy')}]},
    {id: 'gradient', title: 'Gradient norm', format: small, zero: true, about: 'Before clipping.',
      series: [{label: 'gradient norm', of: training('gradientNorm')}]},
    {id: 'clipped', title: 'Clipped and truncated', format: percent, zero: true,
      about: 'Tokens whose ratio was clipped, or whose importance weight was truncated.',
      series: [{label: 'clipped', of: training('clipShare')}, {label: 'truncated', of: training('truncatedShare')}]},
    {id: 'mismatch', title: 'Sampler against learner', format: small, zero: true,
      about: 'Mean difference of the two log-probabilities of a sampled token.',
      series: [{label: 'difference', of: training('samplerLearnerDifference')}]},
    {id: 'speed', title: 'Tokens a second', format: count, zero: true, about: 'Sampled, summed over the lanes, and trained.',
      series: [{label: 'sampling', of: line => line.tokensPerSecond}, {label: 'training', of: line => line.trainedTokensPerSecond}]},
    {id: 'seconds', title: 'Seconds by step', format: duration, stacked: true, zero: true,
      about: 'From each step’s order to its result, waiting for a worker included.',
      series: ['draw', 'pose', 'attempt', 'score', 'train'].map(name => ({label: name, of: step(name)}))},
  ];
}
