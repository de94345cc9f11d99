// How the refusals of this surface are documented: plain text that says why.
import { ApiResponse } from '@nestjs/swagger';
import { ERROR_RESPONSES } from '../../platform/http/error-schema.js';

/** The statuses with which it may fail. */
export const plainFailures =
  (...statuses: number[]): MethodDecorator =>
  (target, property, descriptor) => {
    for (const status of statuses) {
      const description = ERROR_RESPONSES[status]?.description ?? 'It failed; the text has the reason.';
      const content = { 'text/plain': { schema: { type: 'string' } } };
      ApiResponse({ status, description, content })(target, property, descriptor);
    }
  };
