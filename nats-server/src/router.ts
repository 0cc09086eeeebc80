// Carries a published message to everybody it reaches.

import type { ClientConnection } from "./client-connection.ts";
import type { Publication } from "./protocol-handler.ts";
import type { Subscription } from "./subscription.ts";
import { SubjectTrie } from "./subject-trie.ts";

/** The subscriptions of all connections, and the deliveries between them. */
export class Router {
  readonly #subscriptions = new SubjectTrie<Subscription>();

  get subscriptionCount(): number {
    return this.#subscriptions.size;
  }

  /** False when the subject is not valid. */
  subscribe(subscription: Subscription): boolean {
    return this.#subscriptions.insert(subscription.subject, subscription.queue, subscription);
  }

  unsubscribe(subscription: Subscription): void {
    subscription.closed = true;
    this.#subscriptions.remove(subscription.subject, subscription.queue, subscription);
  }

  /** Delivers to every plain subscription and to one of each queue group; false when nobody took the message. */
  publish(source: ClientConnection, publication: Publication): boolean {
    const { plain, queues } = this.#subscriptions.match(publication.subject);
    let delivered = false;
    for (const subscription of plain) {
      if (subscription.connection.deliver(source, subscription, publication)) delivered = true;
    }
    for (const members of queues) {
      const first = members.length > 1 ? Math.floor(Math.random() * members.length) : 0;
      for (let offset = 0; offset < members.length; offset++) {
        const subscription = members[(first + offset) % members.length];
        if (subscription?.connection.deliver(source, subscription, publication)) {
          delivered = true;
          break;
        }
      }
    }
    return delivered;
  }

  /** The connection's own plain subscription that a reply subject reaches. */
  findOwn(connection: ClientConnection, subject: string): Subscription | undefined {
    return this.#subscriptions.match(subject).plain.find((subscription) => subscription.connection === connection);
  }
}
