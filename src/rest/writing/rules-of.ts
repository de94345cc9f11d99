// The rules that a resource's declaration names, as Nest made them.
import type { ModuleRef } from '@nestjs/core';
import type { Resource, ResourceRules } from '../resource.js';

const NONE: ResourceRules = {};

/** Nest searches all modules for a provider; once for each application is enough. */
const found = new WeakMap<ModuleRef, Map<Resource, ResourceRules>>();

export function rulesOf(modules: ModuleRef, resource: Resource): ResourceRules {
  if (!resource.rules) return NONE;
  const known = found.get(modules) ?? new Map<Resource, ResourceRules>();
  found.set(modules, known);
  const rules = known.get(resource) ?? modules.get<ResourceRules>(resource.rules, { strict: false });
  known.set(resource, rules);
  return rules;
}
