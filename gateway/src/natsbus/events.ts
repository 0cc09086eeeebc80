/** Real-time events on `events.>`: published by whoever changed something, heard by the page's hub. */
import { EventMessage, type PraktorEvent } from "@praktor/protocol/events";
import * as subjects from "@praktor/protocol/subjects";
import type { Clock } from "../kit/clock.ts";
import type { Bus } from "./bus.ts";

export type EventListener = (topic: string, message: EventMessage) => void;

export class Events {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #listeners = new Set<EventListener>();

  constructor(bus: Bus, clock: Clock) {
    this.#bus = bus;
    this.#clock = clock;
  }

  /** Begins to hear; needs a started bus. */
  start(): void {
    this.#bus.subscribe(subjects.allEvents, async ({ subject, data }) => {
      const message = EventMessage.safeParse(data);
      if (!message.success) return;
      for (const listener of this.#listeners) listener(subject, message.data);
    });
  }

  publish(event: PraktorEvent): void {
    this.#bus.publish(topicOf(event), { at: new Date(this.#clock.now()).toISOString(), event } satisfies EventMessage);
  }

  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function topicOf(event: PraktorEvent): string {
  if ("swarmId" in event) return subjects.swarmEvents(event.swarmId);
  if ("taskId" in event) return subjects.taskEvents(event.taskId);
  return "groupId" in event ? subjects.agentEvents(event.groupId) : subjects.systemEvents;
}
