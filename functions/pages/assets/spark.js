// What a script makes easier, where there is one: buttons beside a strip of photos, and times as the reader's clock has them.
const strip = document.querySelector('#strip');
if (strip) {
  const steps = [...document.querySelectorAll('.steps a')];
  const photos = [...strip.children];
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const at = () => Math.round(Math.abs(strip.scrollLeft) / strip.clientWidth);
  const go = (to) => photos[to]?.scrollIntoView({ behavior: calm ? 'auto' : 'smooth', block: 'nearest', inline: 'center' });
  const button = (name, label, by) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = `turn ${name}`;
    made.ariaLabel = label;
    made.onclick = () => go(at() + by);
    strip.parentElement.append(made);
    return made;
  };
  const back = button('back', strip.dataset.back, -1);
  const next = button('next', strip.dataset.next, 1);
  const tell = () => {
    const here = at();
    steps.forEach((step, place) => { step.ariaCurrent = place == here ? 'true' : null; });
    back.hidden = here == 0;
    next.hidden = here == photos.length - 1;
  };
  steps.forEach((step, place) => step.addEventListener('click', (event) => { event.preventDefault(); go(place); }));
  strip.addEventListener('scroll', tell, { passive: true });
  tell();
}
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'full', timeStyle: 'short' });
for (const time of document.querySelectorAll('time')) time.title = clock.format(new Date(time.dateTime));
