// What `rebase` is asked: for each key that production overtook, whose value is to be valid.
import { invalid } from '../../platform/errors.js';
import { quoted } from '../../platform/redact.js';
import { asObject } from '../../rest/writing/body.js';
import type { Choice } from '../domain/conflict.js';
import { keyFromWire, type MapKey } from '../domain/map-key.js';

/** `{"cart": "mine", "https://app.example/admin/ nav": "theirs"}`, or the same under `keys`. */
export function rebaseBody(body: unknown): Map<MapKey, Choice> {
  const given = asObject(body);
  const { keys } = given;
  const choices = Object.entries(typeof keys === 'object' && keys !== null ? asObject(keys) : given);
  if (choices.length === 0)
    throw invalid('rebase.no_keys', 'Give mine or theirs for each key: {"cart": "mine"} or {"cart": "theirs"}.');
  const wrong = choices.find(([, choice]) => choice !== 'mine' && choice !== 'theirs');
  if (wrong) throw invalid('rebase.bad_choice', `'${quoted(wrong[0], 100)}' must be "mine" or "theirs".`);
  return new Map(choices.map(([key, choice]) => [keyFromWire(key), choice as Choice]));
}
