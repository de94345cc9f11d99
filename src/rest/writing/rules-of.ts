// The rules that a resource's declaration names, as Nest made them.
import type { ModuleRef } from '@nestjs/core';
import type { Resource, ResourceRules } from '../resource.js';

const NONE: ResourceRules = {};

export const rulesOf = (modules: ModuleRef, resource: Resource): ResourceRules =>
  resource.rules ? modules.get<ResourceRules>(resource.rules, { strict: false }) : NONE;
