/** Every row of the table, in its order. */
import type { Row } from "./row.ts";
import { crashPointRow } from "./rows/crash-points.ts";
import { deadSandbox } from "./rows/dead-sandbox.ts";
import { diskFull } from "./rows/disk-full.ts";
import { hostileLoad } from "./rows/hostile-load.ts";
import { hostileModel } from "./rows/hostile-model.ts";
import { hostileTelegram } from "./rows/hostile-telegram.ts";
import { killedGateway } from "./rows/killed-gateway.ts";
import { killedSwarm } from "./rows/killed-swarm.ts";
import { longForms } from "./rows/long-forms.ts";
import { lostBus } from "./rows/lost-bus.ts";
import { negativeControl } from "./rows/negative-control.ts";
import { powerCut } from "./rows/power-cut.ts";

export const rows: readonly Row[] = [
  killedGateway,
  crashPointRow,
  deadSandbox,
  lostBus,
  hostileTelegram,
  hostileModel,
  diskFull,
  powerCut,
  negativeControl,
  killedSwarm,
  hostileLoad,
  longForms,
];
