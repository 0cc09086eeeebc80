/** A team's plan, with its refusal as an error of the gateway's own. Pure. */
import { planTeam, TeamRefusal, type SwarmPlan, type SwarmTeamWish } from "@praktor/protocol/team-plan";
import { PraktorError } from "../kit/praktor-error.ts";

/** Rejects with `invalid` and what is wrong. */
export function planSwarm(wish: SwarmTeamWish): SwarmPlan {
  try {
    return planTeam(wish);
  } catch (error) {
    throw error instanceof TeamRefusal ? refused(error.message) : error;
  }
}

export function refused(message: string): PraktorError<"invalid"> {
  return new PraktorError("invalid", message);
}
