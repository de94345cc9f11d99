// Follows the stream: what was last, then what comes, each event once. A page that nobody sees lets go of its connection
// (browsers have six for a server) and goes on where it was when it is seen again.
/* global document, EventSource */

const AGAIN_MS = 3000;

/**
 * @param {{stream: URLSearchParams, list: URLSearchParams, isShown?: (event: object) => boolean, latest: number, onEvent: (event: object) => void,
 *   onState: (state: 'connecting' | 'live' | 'lost' | 'refused', why?: string) => void, onResync?: (oldest: number) => void}} options
 * @returns {() => void} how to stop
 */
export function follow({ stream, list, isShown = () => true, latest, onEvent, onState, onResync = () => {} }) {
  let source;
  let timer;
  let stopped = false;
  let last;

  const take = (event) => {
    if (event.seq <= last) return;
    last = event.seq;
    onEvent(event);
  };

  const connect = () => {
    clearTimeout(timer);
    source?.close();
    if (stopped || document.hidden) return;
    source = new EventSource(`/stream?${new URLSearchParams([...stream, ['last_event_id', String(last)]])}`);
    source.onopen = () => onState('live');
    source.onmessage = ({ data }) => take(JSON.parse(data));
    source.addEventListener('resync', ({ data }) => onResync(JSON.parse(data).oldest));
    source.onerror = ({ target }) => {
      onState('lost');
      // The browser comes back by itself after an end, not after a refusal.
      if (target.readyState === EventSource.CLOSED) void refusal(target.url).then(afterEnd);
    };
  };

  const afterEnd = (why) => {
    if (stopped) return;
    if (why) onState('refused', why);
    else timer = setTimeout(connect, AGAIN_MS);
  };

  const begin = async () => {
    onState('connecting');
    try {
      const head = await page(new URLSearchParams({ order_by: '-id', limit: '1' }));
      const query = new URLSearchParams([...list, ['order_by', '-id'], ['limit', String(latest)]]);
      const shown = (await page(query)).reverse();
      if (stopped) return;
      last = 0;
      shown.filter((event) => isShown(event)).forEach(take);
      last = Math.max(last, head[0]?.seq ?? 0);
      connect();
    } catch (error) {
      if (stopped) return;
      onState(error.refused ? 'refused' : 'lost', error.message);
      if (!error.refused) timer = setTimeout(begin, AGAIN_MS);
    }
  };

  const onSeen = () => {
    if (last === undefined) return;
    if (document.hidden) source?.close();
    else connect();
  };
  document.addEventListener('visibilitychange', onSeen);
  void begin();
  return () => {
    stopped = true;
    clearTimeout(timer);
    source?.close();
    document.removeEventListener('visibilitychange', onSeen);
  };
}

/** Why the stream is not to be had like this, which an EventSource does not tell; undefined where a later try may work. */
async function refusal(url) {
  const control = new AbortController();
  try {
    const reply = await fetch(url, { headers: { accept: 'text/event-stream' }, signal: control.signal });
    if (reply.status < 400 || reply.status >= 500) return undefined;
    return saidIn(await reply.json());
  } catch {
    return undefined;
  } finally {
    control.abort();
  }
}

async function page(query) {
  const reply = await fetch(`/api/v1/event/?${query}`, { headers: { accept: 'application/json' } });
  if (reply.ok) return (await reply.json()).objects;
  const why = saidIn(await reply.json().catch(() => ({}))) || `The server answered ${reply.status}.`;
  const refused = reply.status >= 400 && reply.status < 500;
  throw Object.assign(new Error(why), { refused });
}

/** What a refusal says; the dialect has two names for it. */
const saidIn = ({ error, error_message: message }) => String(error ?? message ?? '');
