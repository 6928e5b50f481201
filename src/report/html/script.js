// The report is whole without this: it only hides what was not asked for.
const bar = document.querySelector('.filter');
const text = bar.querySelector('[type=search]');
const unhappy = bar.querySelector('[type=checkbox]');
const suites = [...document.querySelectorAll('.suite')];
const opened = new Map(suites.map((suite) => [suite, suite.open]));
function filter() {
  const wanted = text.value.trim().toLowerCase();
  for (const suite of suites) {
    const own = suite.querySelector('summary').textContent.toLowerCase();
    let any = false;
    for (const one of suite.querySelectorAll('.case')) {
      const row = one.querySelector('.row').textContent.toLowerCase();
      one.hidden = (unhappy.checked && one.matches('.passed:not(.flaky), .skipped'))
        || !(own + ' ' + row).includes(wanted);
      any = any || !one.hidden;
    }
    suite.hidden = !any;
    suite.open = wanted || unhappy.checked ? true : opened.get(suite);
  }
}
text.addEventListener('input', filter);
unhappy.addEventListener('change', filter);
bar.hidden = false;
