/** Fields whose values are Praktor's own words and ids: what an agent or a person says never stands there, and changing them would break what reads them. */

const names = new Set([
  "id",
  "type",
  "state",
  "status",
  "kind",
  "channel",
  "role",
  "phase",
  "trigger",
  "change",
  "outcome",
  "delivery",
  "code",
  "at",
  "time",
  "schedule_kind",
]);
const idOf = /^(?:group|conversation|turn|message|task|run|sandbox|session|swarm|member)(?:Id|ID|_id)$/;

export function isOurField(field: string): boolean {
  return names.has(field) || idOf.test(field);
}

/** Of what an agent asks: there `id` names what it wishes to make too, and `role` a swarm's member as it likes. */
export function isOurFieldOfRequest(field: string): boolean {
  return field === "type" || idOf.test(field);
}
