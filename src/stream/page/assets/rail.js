// The rail on the start page: the newest lines of the stream, live.
/* global document */
import { follow } from './follow.js';
import { EventList } from './list.js';

const SHOWN = 12;
/** Repeats among them become one row. */
const LATEST = 30;
const list = document.getElementById('rail');
const events = new EventList(list, SHOWN);
const none = new URLSearchParams();

follow({
  stream: none,
  list: none,
  latest: LATEST,
  onEvent: (event) => events.add(event),
  onState: (state) => (list.dataset.state = state),
});
