/** Who may talk to the bot. */

export const peopleTexts = {
  people: {
    title: "People",
    what: "Who may talk",
    intro: "The bot talks only to people whom you have let in.",
    waiting: "Waiting to be let in",
    mayTalk: "May talk to the bot",
    nobodyTitle: "Nobody yet",
    nobody: "Make a code and send it to the bot. The first person who does becomes the owner.",
    owner: "Owner",
    id: (id: string) => `Telegram id ${id}`,
    asked: (when: string) => `asked ${when}`,
    since: (when: string) => `let in ${when}`,
    bySettings: "Named in telegram.allow_from; remove them there.",
    letIn: "Let in",
    wasLetIn: (name: string) => `${name} may talk to the bot now`,
    remove: "Remove",
    removeSure: "Remove for sure",
    removeOwnerSure: "Remove the owner: who pairs next is the new one",
    removed: (name: string) => `${name} may not talk to the bot any more`,
    failed: (name: string) => `Nothing was changed for ${name}`,
    code: "Let somebody in",
    codeAbout: "A code lets in one person. It is good for ten minutes and five tries.",
    codeElsewhere: "A code made elsewhere is still good; a new one replaces it.",
    codeHow: "Send it to the bot in a private chat, not in a group.",
    codeLeft: (ms: number) => {
      const seconds = Math.max(0, Math.floor(ms / 1000));
      return `Good for ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} more.`;
    },
    codeMakesOwner: "Who sends it becomes the owner.",
    codeFailed: "The code could not be made",
    makeCode: "Make a code",
    anotherCode: "Another code",
    copy: "Copy",
    copied: "The code is copied",
    copyFailed: "The code could not be copied; select it by hand",
    hintWaiting: (count: number) => (count === 1 ? "Somebody waits to be let in" : `${count} people wait to be let in`),
    hintWaitingHow: "They wrote to the bot and were turned away.",
    hintNobody: "Nobody may talk to the bot yet",
    hintNobodyHow: "Make a code, and send it to the bot: that makes you the owner.",
  },
};
