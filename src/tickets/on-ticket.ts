// The place of operations on a ticket: `ticket/<id or key>/…`.
import { onObject } from '../rest/operations/places.js';

export const ON_TICKET = onObject('ticket', 'The id of the ticket, or its key (`TKT-7`).');
