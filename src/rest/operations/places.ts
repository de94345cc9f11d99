// Places that any room may declare operations at: an object of a resource, and none.
import { pathParameter } from '../http/documented.js';
import { type IdRequest, ResourceHandler } from '../http/resource-handler.js';
import { resourceNamed } from '../resource.js';
import { definePlace, type Place } from './operation.js';
import { RunOperation } from './run-operation.js';
import type { About } from '../../platform/http/required-scope.js';

/** `<resource>/:id`, by its id or, where the resource has keys, by its key. Finds the id; the object need not be there. */
export const onObject = (resource: string, description: string): Place<number> =>
  definePlace({
    about: `${resource}/:id`,
    documented: [pathParameter('id', description, '1')],
    by: ResourceHandler,
    find: (handler, request) => handler.idOf(resourceNamed(resource), request as unknown as IdRequest),
  });

/** A path without a parameter. */
export const nowhere = (about: About): Place<undefined> =>
  definePlace({
    about,
    documented: [],
    by: RunOperation,
    find: () => undefined,
  });
