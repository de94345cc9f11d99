// The stream for people, at the same URL: what a browser gets that asks for a page.
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

@Injectable()
export class StreamPage {
  send(reply: FastifyReply): void {
    void reply.type('text/html; charset=utf-8').send('<!doctype html><title>Stampline</title><p>The stream.</p>');
  }
}
