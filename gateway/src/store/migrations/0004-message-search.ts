/** An index over the words of all messages. */
import type { Migration } from "../migrate.ts";

export const messageSearch: Migration = {
  version: 4,
  name: "message-search",
  // The text stays in `messages` alone; the triggers keep the index true whoever writes.
  sql: `
    create virtual table messages_fts using fts5 (
      content, content = 'messages', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
    );
    create trigger messages_fts_insert after insert on messages begin
      insert into messages_fts (rowid, content) values (new.id, new.content);
    end;
    create trigger messages_fts_delete after delete on messages begin
      insert into messages_fts (messages_fts, rowid, content) values ('delete', old.id, old.content);
    end;
    create trigger messages_fts_update after update of content on messages begin
      insert into messages_fts (messages_fts, rowid, content) values ('delete', old.id, old.content);
      insert into messages_fts (rowid, content) values (new.id, new.content);
    end;
    insert into messages_fts (messages_fts) values ('rebuild');
  `,
};
