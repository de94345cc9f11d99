// A line above everything else; the shop runs without it.
import { h } from 'preact';

export const Announcement = () => h('p', { id: 'announcement' }, 'The first Darjeeling of the year is on its way.');
