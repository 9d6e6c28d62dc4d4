//! The access patterns: every question asked of the table, as docs/patterns.md lists them.

/// One access pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern {
    /// The method of [`super::Store`] that asks.
    pub method: &'static str,
    /// What is asked, or done.
    pub question: &'static str,
    /// DynamoDB's operation.
    pub operation: &'static str,
    /// Which keys.
    pub keys: &'static str,
}

macro_rules! patterns {
    ($($method:literal, $question:literal, $operation:literal, $keys:literal;)*) => {
        /// All of them, in the order of the document.
        pub const ALL: &[Pattern] = &[
            $(Pattern { method: $method, question: $question, operation: $operation, keys: $keys },)*
        ];
    };
}

patterns! {
    "join", "become a member under a handle", "TransactWrite", "`USER#u/PROFILE`, `HANDLE#h/HANDLE`, `INTERESTED#t/joined#u`";
    "leave", "mark the account of somebody who leaves", "TransactWrite", "`USER#u/PROFILE`, `USER#u/RULES`, `HANDLE#h/HANDLE`, `DELETION#u/JOB`";
    "deletion", "how far has the deletion of an account come", "GetItem, consistent", "`DELETION#u/JOB`";
    "deletion_at", "how far it has come, or that it is done", "UpdateItem or TransactWrite", "`DELETION#u/JOB`";
    "keys_in", "what does a collection of somebody who leaves hold", "Query, consistent", "`POSTS#u`, `WAITING#u`, `FOLLOWS#u`, `FANS#u`, `PULLS#u`, `BLOCKED#u`, `MUTED#u`, `INBOX#u`, `FEED#u`, `REVIEWS#u`, `EXPORTS#u`";
    "take", "take what is counted nowhere", "BatchWrite", "`MUTED#u/o`, `INBOX#u/…`, `FEED#u/t#p`, `REVIEWED#u/t#r`, `EXPORTS#u/…`";
    "take_profile", "take the profile of somebody who leaves, their places under topics, whom they follow and what they used", "GetItem, consistent; TransactWrite; Query, consistent; TransactWrite", "`USER#u`, `PHOTO#p/PHOTO`, `INTERESTED#t/joined#u`";
    "take_follow", "take an edge from or to somebody who leaves, and the other's count", "GetItem, consistent; TransactWrite; DeleteItem", "`FOLLOWS#r/a`, `FANS#a/h+r`, `PULLS#a/h+r`, `USER#r/FOLLOWING#n`, `USER#o` or `COUNTS#o#n/g#s`";
    "take_block", "take a block of somebody who leaves", "Query, consistent; TransactWrite", "`BLOCKED#u/o`, `USER#o/RULES`, `USER#o`";
    "ask_for_export", "ask for an export where none is unfinished", "TransactWrite", "`EXPORTS#u/e`, `EXPORTS#u/UNFINISHED`, `IDEM#…`, `QUOTA#u/exports#n`";
    "export", "how far has an export come", "GetItem, consistent", "`EXPORTS#u/e`";
    "export_at, finish_export", "how far it has come, or that nothing more comes of it", "TransactWrite", "`EXPORTS#u/e`, `EXPORTS#u/UNFINISHED`";
    "profile, member", "who is this member, now", "GetItem, consistent", "`USER#u/PROFILE`";
    "profiles", "cards of many people", "BatchGet", "`USER#u/PROFILE`";
    "user_by_handle", "who has this handle", "GetItem", "`HANDLE#h/HANDLE`";
    "change_profile", "change name, bio, avatar, switches; interests with their lists", "UpdateItem, TransactWrite", "`USER#u/PROFILE`, `INTERESTED#t/joined#u`, `PHOTO#p/PHOTO`";
    "follow_topic, unfollow_topic", "change one interest and its list", "TransactWrite", "`USER#u/PROFILE`, `INTERESTED#t/joined#u`";
    "interested", "who chose these topics, the latest to join first", "Query", "`INTERESTED#t`";
    "follow, unfollow", "both edges, whom r follows, and both counts", "TransactWrite", "`FOLLOWS#r/a`, `FANS#a/h+r`, `PULLS#a/h+r`, `USER#r/FOLLOWING#n`, `USER#r`, `USER#a` or `COUNTS#a#n/g#s`";
    "own", "all that r's feed goes by", "Query, consistent", "`USER#r`";
    "following", "whom does r follow, by what stands for them", "Query, consistent", "`USER#r`, `FOLLOWING#` to `FOLLOWING#~`";
    "followers_after", "who follows a, page by page", "Query × 2, consistent", "`FANS#a`, `PULLS#a`";
    "fans_between", "to whom in a part of the hash space is a post of a's pushed", "Query, consistent", "`FANS#a`, `h` to `h~`";
    "edge_mark", "is a pushed to r for good, and how was that read", "GetItem, consistent", "`FANS#a/h+r`";
    "back_fill", "deliver a's latest posts to r", "Query, consistent; BatchWrite", "`POSTS#a`, `FEED#r/t#p`";
    "name_as_pushed", "have authors of a page pushed to r who were pulled", "TransactWrite", "`USER#r/FOLLOWING#n`, `FANS#a/h+r`, `PULLS#a/h+r`";
    "push_from_now_on", "move authors of a page to where they are pushed to r", "GetItem, consistent; UpdateItem; as `back_fill` each; as `name_as_pushed`", "`USER#r/FOLLOWING#n`, `FANS#a/h+r`";
    "pull_from_now_on", "move authors of a page to where they are pulled by r", "GetItem each, consistent; BatchWrite; UpdateItem; GetItem, consistent; UpdateItem each", "`FANS#a/h+r`, `PULLS#a/h+r`, `USER#r/FOLLOWING#n`";
    "pushed_for_good", "which of these authors are pushed to r for good", "BatchGet", "`FANS#a/h+r`";
    "note_rate", "note how often r opens their feed", "PutItem", "`USER#r/RATE`";
    "rules, rules_if_any, caller, actor, acting_member", "whom u blocks and mutes, and who blocks u", "Query, consistent", "`USER#u`, `RULES` or `PROFILE` to `RULES#~`";
    "accept_terms, set_suspended", "note what keeps u from acting, or that it does not", "UpdateItem", "`USER#u/RULES`";
    "block, unblock", "part two people, or no longer", "Query × 2 and GetItem × 2, consistent; TransactWrite", "`BLOCKED#u/o`, `USER#u/RULES`, `USER#o/RULES`, `USER#u`, `USER#o`, `FOLLOWS#…`, `FANS#…`, `PULLS#…`";
    "mute", "mute a person, or no longer", "Query, consistent; TransactWrite", "`MUTED#u/o`, `USER#u/RULES`";
    "blocked", "whom u blocks", "Query, consistent", "`BLOCKED#u`";
    "muted", "whom u mutes", "Query, consistent", "`MUTED#u`";
    "is_following, is_following_now", "does r follow a", "GetItem", "`FOLLOWS#r/a`";
    "followees", "whom does r follow", "Query", "`FOLLOWS#r`";
    "followees_after", "whom does r follow, page by page", "Query, consistent", "`FOLLOWS#r`";
    "give_ticket", "note an upload ticket, and that its upload is awaited", "TransactWrite", "`PHOTO#p/PHOTO`, `AWAITED#n/t#p`, `UPLOADS#u/p`, `IDEM#…`, `QUOTA#u/tickets#n`";
    "uploads", "which uploads of the last day are u's", "Query, consistent", "`UPLOADS#u`";
    "take_upload", "take an upload that nothing has claimed from somebody who leaves", "TransactWrite", "`PHOTO#p/PHOTO`, `AWAITED#n/t#p`, `UPLOADS#u/p`";
    "photo, photos, ticket", "what became of an upload", "GetItem, consistent", "`PHOTO#p/PHOTO`";
    "settle_photo", "mark an upload ready or rejected", "UpdateItem", "`PHOTO#p/PHOTO`";
    "awaited_photos", "which uploads were not settled when they could have been", "Query × 4", "`AWAITED#0` to `AWAITED#3`, up to `t`";
    "look_later", "when to look again for an upload that was not settled", "UpdateItem", "`AWAITED#n/t#p`";
    "stop_awaiting", "an upload is settled, or gone", "DeleteItem", "`AWAITED#n/t#p`";
    "create_post", "create a post, claim its photos and its review, and let it appear", "TransactWrite", "`POST#p/POST`, `PHOTO#…`, `REVIEWS#a/…`, `IDEM#…`, `USER#a`, `POSTS#a/t#p`, `OPEN#n/t#p`, `QUOTA#a/posts#n`";
    "change_post", "change a post, its photos with it, or let it appear that waited for them", "TransactWrite", "`POST#p/POST`, `POST#p/CAME-TO#n`, `PHOTO#…`, `USER#a`, `POSTS#a/t#p`, `OPEN#n/t#p`";
    "post, post_now", "one post", "GetItem", "`POST#p/POST`";
    "posts", "many posts", "BatchGet", "`POST#p/POST`";
    "delete_post", "delete an own post with its photos", "TransactWrite", "`POST#p/POST`, `PHOTO#…`, `REVIEWS#a/…`, `POSTS#a/t#p`, `OPEN#n/t#p`, `USER#a`, `USER#a/BADGE`, `USER#u/BADGE`";
    "was_there", "was a post there", "GetItem", "`POST#p/GONE`";
    "note_gone", "that a deleted post was there", "UpdateItem", "`POST#p/GONE`";
    "clear_comments", "take away what was said of a post that is gone", "Query, consistent; DeleteItem × 2 each", "`COMMENTS#p`, `ACTS#u/Cp#c`, `COUNTS#c#n/g#s`";
    "close_all", "take no more acts at a thing that is gone", "TransactWrite", "`COUNTS#x#0` to `COUNTS#x#7`, `g#`";
    "take_post", "take a post from somebody who leaves", "TransactWrite", "`POST#p/POST`, `PHOTO#…`, `POSTS#a/t#p`, `WAITING#a/p`, `OPEN#n/t#p`";
    "posts_by", "an author's posts, newest first", "Query, consistent", "`POSTS#a`";
    "smile, take_back_smile", "a smile and its count", "TransactWrite", "`ACTS#u/p`, `POST#p/POST` or `COUNTS#p#n/g#s`";
    "vote", "a vote, or another, and its counts", "TransactWrite", "`ACTS#u/p`, `POST#p/POST` or `COUNTS#p#n/g#s`";
    "create_comment", "say something of a post, or answer what was said", "TransactWrite", "`COMMENTS#p/C#c` or `R#c#r`, `ACTS#u/Cp#c`, `ACTS#u/p`, `POST#p/POST` or `COUNTS#p#n/g#s`, `IDEM#…`, `QUOTA#u/comments#n`";
    "delete_comment", "take back what one said", "TransactWrite", "`COMMENTS#p/C#c` or `R#c#r`, `ACTS#u/Cp#c`, `POST#p/POST` or `COUNTS#p#n/g#s`, `USER#u/BADGE`";
    "smile_at_comment, take_back_smile_at_comment", "a smile at a comment and its count", "TransactWrite", "`ACTS#u/Cp#c`, `COMMENTS#p/C#c` or `COUNTS#c#n/g#s`";
    "accept, accept_no_more", "mark the answer to a question, or no longer", "TransactWrite", "`POST#p/POST`, `COMMENTS#p/C#c`, `USER#u/BADGE`";
    "comment, comment_now", "one comment", "GetItem", "`COMMENTS#p/C#c` or `R#c#r`";
    "comments_of", "what is said of a post, newest first", "Query", "`COMMENTS#p`, `C#` to `C#~`";
    "replies_to", "what is answered to a comment, oldest first", "Query", "`COMMENTS#p`, `R#c#` to `R#c#~`";
    "comments_at", "these comments of a post", "BatchGet", "`COMMENTS#p/C#c`";
    "best_comments", "which comments of a post are the best, where there are very many", "GetItem", "`COMMENTS#p/TOP`";
    "keep_best", "keep which comments of a post are the best", "GetItem × 2, Query, consistent; PutItem or DeleteItem", "`COMMENTS#p/TOP`, `COMMENTS#p`, `C#` to `C#~`, `POST#p/POST`";
    "smiled_at", "at which of these comments did u smile", "Query, BatchGet", "`ACTS#u`, `Cp#first` to `Cp#last`";
    "keep_voted", "have the comments of u at a post say how u voted", "GetItem and Query, consistent; TransactWrite", "`ACTS#u/p`, `ACTS#u`, `Cp#` to `Cp#~`, `COMMENTS#p/C#c` or `R#c#r`";
    "did", "what did u do, at anything", "Query, consistent", "`ACTS#u`";
    "take_act", "take what somebody who leaves did at a thing, with the counts that it moved", "GetItem, consistent; TransactWrite", "`ACTS#u/p` or `ACTS#u/Cp#c`, `POST#p/POST` or `COMMENTS#p/C#c` or `COUNTS#x#n/g#s`";
    "take_comment", "take what somebody who leaves says", "GetItem × 3, consistent; TransactWrite", "as `delete_comment`";
    "to_say_of, stance", "what u's word on a post stands on", "GetItem × 2 or 3 and Query, consistent", "`POST#p/POST`, `ACTS#u/p`, `USER#u/TASTE`, `USER#u/RULES`";
    "say_of_post", "want more or less like a post, hide it, or no longer", "TransactWrite", "`ACTS#u/p`, `USER#u/TASTE`";
    "ads", "which sponsored posts u was shown today", "GetItem, consistent", "`USER#u/ADS`";
    "count_ads", "count that u was shown sponsored posts today", "UpdateItem", "`USER#u/ADS`";
    "sponsor", "have a post shown for a sponsor", "TransactWrite", "`SPONSORED/s`, `POST#p/POST`, `IDEM#…`";
    "sponsorship", "one sponsorship", "GetItem, consistent", "`SPONSORED/s`";
    "sponsorships", "what is, was and will be shown for sponsors", "Query, consistent", "`SPONSORED`";
    "running_sponsorships", "what is shown for sponsors and has not ended", "Query", "`SPONSORED`, from `t`";
    "end_sponsorship", "show a post for a sponsor no longer", "TransactWrite", "`SPONSORED/s`";
    "acts", "what did u do at these posts, as far as 200 items tell", "Query", "`ACTS#u`, `first` to `last`";
    "acts_at, acts_now", "what did u do at this post", "GetItem", "`ACTS#u/p`";
    "acts_at_each", "what did u do at the rest", "BatchGet", "`ACTS#u/p`";
    "tell, untell, untell_all", "tell u of what others did, once each, or no longer", "GetItem × 2 or more, consistent; TransactWrite", "`INBOX#u/n`, `INBOX#u/GROUP#k#x`, `INBOX#u/WHO#n`";
    "tell_fact", "tell u what became of something of theirs, once", "GetItem × 2, consistent; TransactWrite", "`INBOX#u/n`, `INBOX#u/GROUP#k#x`";
    "smiles_at", "does u smile at this comment", "GetItem, consistent", "`ACTS#u/Cp#c`";
    "comments_by", "what does u say of this post", "Query and GetItem, consistent", "`ACTS#u`, `Cp#`; `COMMENTS#p/C#c` or `COMMENTS#p/R#c#r`";
    "comments", "these comments and replies", "BatchGet", "`COMMENTS#p/C#c` or `COMMENTS#p/R#c#r`";
    "notices", "what is told in an inbox, newest first", "Query", "`INBOX#u`";
    "has_notice", "is this told in an inbox", "GetItem", "`INBOX#u/n`";
    "told", "of whom do these notices tell", "BatchGet", "`INBOX#u/WHO#n`";
    "read_up_to", "how far an inbox is read", "UpdateItem", "`USER#u/PROFILE`";
    "shards", "what do the shards of a hot thing hold", "Query × 8", "`COUNTS#x#0` to `COUNTS#x#7`, `g#`";
    "look_at", "has the crowd left a hot thing: then its counts are one again", "GetItem and Query × 8, consistent; TransactWrite × 1 or 2", "`POST#p/POST`, `USER#u` or `COMMENTS#p/C#c`, `COUNTS#x#0` to `COUNTS#x#7`, `g#`";
    "mark", "what has a post earned its author, with their badge", "GetItem × 3, consistent; TransactWrite", "`POST#p/POST`, `ACTS#a/p`, `USER#a/BADGE`, `USER#a`, `COUNTS#…`";
    "weigh", "give or take a badge by what is earned", "GetItem, consistent; TransactWrite", "`USER#u/BADGE`, `USER#u`";
    "badge", "what has u earned", "GetItem, consistent", "`USER#u/BADGE`";
    "create_list", "make a list", "TransactWrite", "`LIST#l/LIST`, `LISTS#u/t#l`, `LISTS#u/COUNT`, `IDEM#…`";
    "list_now", "one list", "GetItem, consistent", "`LIST#l/LIST`";
    "lists", "many lists", "BatchGet", "`LIST#l/LIST`";
    "lists_of", "which lists has u, newest first", "Query, consistent", "`LISTS#u`, to `A`";
    "change_list", "rename a list, or say who sees it", "UpdateItem", "`LIST#l/LIST`";
    "delete_list", "delete a list, without what is in it", "TransactWrite", "`LIST#l/LIST`, `LISTS#u/t#l`, `LISTS#u/COUNT`";
    "ground, savable", "what putting a thing into a list stands on", "GetItem × 3 and Query", "`LIST#l/LIST`, `ACTS#u/p` or `p#r`, `LIST#l`, `AT#` to `AT#~`, `POST#p/POST` or `PRODUCT#r/PRODUCT`";
    "saves", "in which lists does u keep this thing", "GetItem", "`ACTS#u/p` or `p#r`";
    "put_into_list", "put a thing into a list, or move it there", "TransactWrite or UpdateItem", "`LIST#l/AT#o`, `LIST#l/LIST`, `ACTS#u/p` or `p#r`, `POST#p/POST`, `PRODUCT#r/PRODUCT` or `COUNTS#x#n/g#s`, `LISTS#u/t#l`, `LISTS#u/COUNT`";
    "take_out_of_list", "take a thing out of a list", "GetItem × 3, consistent; TransactWrite", "`LIST#l/AT#o`, `LIST#l/LIST`, `ACTS#u/p` or `p#r`, `POST#p/POST`, `PRODUCT#r/PRODUCT` or `COUNTS#x#n/g#s`, `INLISTS#x/v#t#l`";
    "ideas", "what is in a list, in its order", "Query", "`LIST#l`, `AT#` to `AT#~`";
    "tell_of_list, tell_of_all_in_list", "have it told at a thing that a list holds it, or no longer", "GetItem × 3, consistent; TransactWrite", "`INLISTS#x/v#t#l`, `LIST#l/LIST`, `ACTS#u/p` or `p#r`";
    "empty_list", "take what is in a list out that is gone", "Query, consistent; as `take_out_of_list`; DeleteItem", "`LIST#l`, `AT#` to `AT#~`, `INLISTS#x/v#t#l`";
    "take_post_out_of_lists", "take a post that is gone out of lists", "Query, consistent; as `take_out_of_list`; DeleteItem", "`INLISTS#x`";
    "lists_with", "which public lists hold this thing, the latest first", "Query", "`INLISTS#x`, `public#` to `public#~`";
    "piece", "a post or a comment that is reported or decided on, with what stands around it", "GetItem × 1 to 3", "`POST#p/POST`; `COMMENTS#p/C#c` or `COMMENTS#p/R#c#r`";
    "report", "report something, which may hide it", "TransactWrite", "`CASE#x/BY#u`, `REPORTED#u/x`, `CASE#x/CASE`, `QUEUE#s/t#x`, `QUOTA#u/reports#n`, `IDEM#…`; hidden: `STATEMENTS#a/s`, `POST#p/POST`, `USER#a` or `COMMENTS#p/…`";
    "report_on", "what did u report of this", "GetItem", "`CASE#x/BY#u`";
    "reports_on", "who reported this, page by page", "Query, consistent", "`CASE#x`, `BY#`";
    "record", "what came of u's reports", "GetItem", "`USER#u/REPORTER`";
    "note_outcome", "note what came of a report, and that its reporter was right or not", "GetItem × 2, consistent; TransactWrite", "`CASE#x/BY#u`, `USER#u/REPORTER`";
    "case, case_now", "what was reported, appealed and decided of this", "GetItem", "`CASE#x/CASE`";
    "queue", "what is to be looked at, or was, by when it is due", "Query, consistent; BatchGet", "`QUEUE#s`, `CASE#x/CASE`";
    "appeal", "appeal against what was done, or kept", "TransactWrite", "`CASE#x/CASE`, `QUEUE#s/t#x`, `APPEALS#u/a`, `QUOTA#u/appeals#n`, `IDEM#…`";
    "appeal_of", "one appeal of u's", "GetItem, consistent", "`APPEALS#u/a`";
    "decide", "decide on something, with a statement", "TransactWrite", "`CASE#x/CASE`, `QUEUE#s/t#x`, `STATEMENTS#a/s`, `USER#a/STRIKES`, `IDEM#…`; `POST#p/POST`, `USER#a`, `COMMENTS#p/…`; `USER#a/RULES`, `USER#a/BADGE`";
    "statement", "one statement of reasons", "GetItem, consistent", "`STATEMENTS#a/s`";
    "statements", "these statements", "BatchGet", "`STATEMENTS#a/s`";
    "strikes", "what of u's moderators hid", "GetItem, consistent", "`USER#u/STRIKES`";
    "strikes_of", "how many strikes have these people", "BatchGet", "`USER#u/STRIKES`";
    "hush_report, hush_appeal", "have what somebody who leaves told moderators say no more than that they did", "GetItem, consistent; UpdateItem", "`CASE#x/BY#u`, `CASE#x/CASE`, `APPEALS#u/a`";
    "shopper, history", "what did u use, with who they are", "Query or GetItem, consistent", "`USER#u`, `HISTORY` to `RULES#~`";
    "keep_history, forget_history, note_heart", "keep what u used", "Query, consistent; PutItem", "`USER#u/HISTORY`";
    "buying", "what is counted when u gets a product", "GetItem × 3", "`USER#u/HISTORY`, `PRODUCT#p/PAIRS`, `PRODUCT#p/PRODUCT`";
    "keep_pairs", "keep what was got with a product", "PutItem", "`PRODUCT#p/PAIRS`";
    "shelf", "which products may be picked", "Query", "`PICKS#ALL` or `PICKS#t`";
    "shows", "which posts show a product, newest first", "Query", "`SHOWS#p`";
    "put_on_shelf, take_off_shelf", "which products may be picked from now on", "BatchWrite", "`PICKS#ALL/p` or `PICKS#t/p`";
    "close_case", "close the case of what is gone", "TransactWrite", "`CASE#x/CASE`, `QUEUE#s/t#x`";
    "leave_decided", "have what was decided on somebody who leaves be swept", "GetItem and Query, consistent; UpdateItem each", "`USER#u/STRIKES`, `USER#u/REPORTER`, `CASE#u/CASE`, `STATEMENTS#u`";
    "deliver", "deliver posts to timelines", "BatchWrite", "`FEED#r/t#p`";
    "put_on_topics", "put a post on its walls", "BatchWrite", "`TOPIC#t#yyyy-mm/t#p`";
    "take_off_topics", "take a post off walls", "BatchWrite", "`TOPIC#t#yyyy-mm/t#p`";
    "close", "a post has reached all its readers", "DeleteItem", "`OPEN#n/t#p`";
    "open_in", "which posts of a partition may not have reached all their readers, since `t`", "Query", "`OPEN#n`, from `t`";
    "plan_delivery", "into how many ranges is a delivery cut, the first time and ever after", "UpdateItem", "`FANOUT#p/PLAN`";
    "note_range", "a range of a delivery was served", "UpdateItem", "`FANOUT#p/DONE#s#b`";
    "note_block", "all ranges of a block were", "UpdateItem", "`FANOUT#p/BLOCKS#s`";
    "ranges_done", "which ranges of a delivery were served", "BatchGet", "`FANOUT#p/DONE#s#b`";
    "note_reach, forget_reach", "to how many was a post delivered", "BatchWrite or DeleteItem", "`FANOUT#p/REACH`";
    "progress", "how was a delivery planned, and what came of it", "BatchGet", "`FANOUT#p/PLAN`, `FANOUT#p/REACH`";
    "note_shown", "a post shows these products", "BatchWrite", "`SHOWS#r/t#p`";
    "expire_shown", "a post that showed these products is gone", "UpdateItem × 1 to 36", "`SHOWS#r/t#p`";
    "put_into_head", "put a post into its author's head, and trim that", "UpdateItem × 1 or 2", "`USER#a/HEAD`";
    "heads", "where these authors' latest posts stand", "BatchGet", "`USER#a/HEAD`";
    "open_posts", "which posts may not have reached all their readers", "Query × 4", "`OPEN#0` to `OPEN#3`";
    "postpone", "when to tell the fan-out again of a post that stays open", "UpdateItem", "`OPEN#n/t#p`";
    "timeline", "what was delivered to r, newest first", "Query", "`FEED#r`";
    "entries", "was a post delivered to r, is it on a wall, is it open", "BatchGet", "`FEED#r/t#p`, `TOPIC#t#yyyy-mm/t#p`, `OPEN#n/t#p`";
    "hottest, rising", "what is hottest on a topic, or in the store", "Query", "`TOPIC#t`, `HOT#`, the last";
    "hottest_in", "what was hottest in a minute", "GetItem", "`TOPIC#t/HOT#n`";
    "keep_hottest", "have a post stand among the hottest as it is now", "Query × 2 to 7 and GetItem, consistent; UpdateItem or TransactWrite each", "`TOPIC#t`, `HOT#`, `POST#p/POST`, `COUNTS#p#…`";
    "finds, finds_now", "which lists do editors feature", "GetItem", "`FINDS/0`";
    "put_finds", "have these lists featured", "UpdateItem", "`FINDS/0`";
    "topic_month", "what is on a wall, newest first", "Query", "`TOPIC#t#yyyy-mm`";
    "keep_findable", "have a thing be found by the words that it has now", "GetItem × 2, consistent, twice where they differ; TransactWrite", "`FOUND#k#x/WORDS`, `FIND#k#first/word#rank#age#x`; `PRODUCT#p/PRODUCT`, `USER#u/PROFILE` or `POST#p/POST`";
    "take_findable", "have a thing that goes be found no more", "GetItem, consistent; TransactWrite", "`FOUND#k#x/WORDS`, `FIND#k#first/word#rank#age#x`";
    "looked_for", "which things have these words", "Query × 1 to 3", "`FIND#k#first`, `word#` to `word$` or all that begins with `word`";
    "take_over", "take over a product of a feed; what is known to be newer stays", "GetItem; UpdateItem × 2, then GetItem; where its words changed as `keep_findable`", "`PRODUCT#p/PRODUCT`, `PRODUCT#p/DESCRIPTION`, `FOUND#product#p/WORDS`";
    "confirm_price", "take over price and availability alone", "GetItem; GetItem, consistent; UpdateItem", "`PRODUCT#p/PRODUCT`, `FOUND#product#p/WORDS`";
    "retire", "retire what its feed does not name any more", "UpdateItem; as `keep_findable`", "`PRODUCT#p/PRODUCT`";
    "products", "cards of many products", "BatchGet", "`PRODUCT#p/PRODUCT`";
    "product_now", "one product", "GetItem, consistent", "`PRODUCT#p/PRODUCT`";
    "product", "one product with its details", "Query", "`PRODUCT#p`";
    "nearest", "what is in stock of this category and price band", "Query × 2", "index `by_price`";
    "substitutes", "what can be bought in the stead of these products", "Query × 2 each, BatchGet", "index `by_brand`, `PRODUCT#p/PRODUCT`";
    "put_review", "take over a review and correct its product's rating", "GetItem × 2, consistent; TransactWrite", "`REVIEWS#u/r`, `REVIEWED#u/t#r`, `PRODUCT#p/PRODUCT`";
    "take_review", "take a review from its writer, who leaves, and correct its product's rating", "GetItem, consistent; TransactWrite", "`REVIEWS#u/r`, `REVIEWED#u/t#r`, `PRODUCT#p/PRODUCT`";
    "review", "one review of u's, to share it", "GetItem, consistent", "`REVIEWS#u/r`";
    "reviews_by", "u's reviews, newest first", "Query, BatchGet", "`REVIEWED#u`, `REVIEWS#u/r`";
    "note_import", "note what became of a file", "BatchWrite", "`IMPORT#i/IMPORT`, `IMPORTS/t#i`";
    "import", "what became of this file", "GetItem", "`IMPORT#i/IMPORT`";
    "imports", "what became of files, newest first", "Query", "`IMPORTS`";
    "claim_event", "is an event of the store's known, with what content", "GetItem, consistent; PutItem", "`EVENT#e/EVENT`";
    "note_conflict", "keep an event that contradicts another", "BatchWrite", "`CONFLICTS/t#e`";
    "conflicts", "which events contradict others, the latest first", "Query, consistent", "`CONFLICTS`";
    "note_order", "note an order of a customer's", "GetItem, consistent; BatchWrite × 2", "`ORDERS#u/t#e`, `CLICKED#c/t#e`";
    "orders_of", "a customer's orders from one moment to another", "Query, consistent", "`ORDERS#u`, `t` to `t#~`";
    "order_of", "one order of a customer's", "GetItem, consistent", "`ORDERS#u/t#e`";
    "clicked_by", "which orders name a click, the first first", "Query, consistent", "`CLICKED#c`";
    "book", "the book of an order line", "GetItem, consistent", "`LINE#l/LINE`";
    "books", "the books of order lines", "BatchGet", "`LINE#l/LINE`";
    "keep_book", "write the book of an order line, with what it posts, and list it at whom it is told to", "BatchWrite; PutItem or TransactWrite", "`LINES#a/t#l`, `LINE#l/LINE`, `UNSEALED#a/e`";
    "told_lines", "which order lines is an account told, the latest first", "Query", "`LINES#a`";
    "clicks_of", "a visitor's clicks from one moment to another", "Query, consistent", "`VISITOR#v`, `c` to `c`";
    "note_view", "note a view of a post", "BatchWrite", "`VIEWS#u/t#p`";
    "views_by", "a person's views from one moment to another", "Query, consistent", "`VIEWS#u`, `t` to `t#~`";
    "account_of", "which account is a person's", "GetItem, consistent", "`USER#u/ACCOUNT`";
    "leave_account", "have the account of somebody who leaves be nobody's", "GetItem, consistent; TransactWrite", "`USER#u/ACCOUNT`, `ACCOUNT#a/STATE`";
    "account_state", "how does an account stand", "GetItem, consistent", "`ACCOUNT#a/STATE`";
    "account_states", "how do these accounts stand", "BatchGet", "`ACCOUNT#a/STATE`";
    "set_payee, set_hold", "change how an account stands", "UpdateItem", "`ACCOUNT#a/STATE`";
    "rates", "the rate table", "Query, consistent", "`RATES`";
    "rate", "one row that was added to the rate table", "GetItem, consistent", "`RATES/r`";
    "add_rate", "add a row to the rate table", "PutItem", "`RATES/r`";
    "account_books", "where does an account's chain end, and what is it owed", "GetItem, consistent", "`HEADS#n/a`";
    "all_books", "the same of all accounts of a page", "Query, consistent", "`HEADS#n`";
    "unsealed", "which entries of an account wait to be sealed", "Query, consistent", "`UNSEALED#a`";
    "seal", "seal entries into the next block", "TransactWrite", "`CHAIN#a/BLOCK#n`, `HEADS#n/a`, `UNSEALED#a/e`";
    "blocks", "the blocks of an account from one on", "Query, consistent", "`CHAIN#a`, from `BLOCK#n`";
    "block_at", "one block of an account", "GetItem, consistent", "`CHAIN#a/BLOCK#n`";
    "last_run, note_run", "of which month were payouts run last", "GetItem, consistent; BatchWrite", "`RUNS/0`";
    "pay", "pay what an account is owed", "TransactWrite", "`PAYOUT#r/a#c`, `PAYOUTS#a/t#r#c`, `CHAIN#a/BLOCK#n`, `HEADS#n/a`";
    "return_payout", "note that a payout came back", "TransactWrite", "`PAYOUT#r/a#c`, `PAYOUTS#a/t#r#c`, `CHAIN#a/BLOCK#n`, `HEADS#n/a`";
    "payout", "one payout of a run", "GetItem, consistent", "`PAYOUT#r/a#c`";
    "payouts_by", "what was paid by a run", "Query, consistent", "`PAYOUT#r`";
    "payouts_to", "what was an account paid, the latest first", "Query, consistent", "`PAYOUTS#a`";
    "begin_link", "note that u goes to a network to sign in", "TransactWrite", "`LINKING#h/BEGUN`, `QUOTA#u/links#n`";
    "come_back", "who went to a network with this, once", "DeleteItem", "`LINKING#h/BEGUN`";
    "note_returned", "note with which account u came back", "TransactWrite", "`LINKING#h/READ`";
    "returned", "with which account did u come back", "GetItem, consistent", "`LINKING#h/READ`";
    "ask_for_proof", "have u prove an account by its profile", "TransactWrite", "`SOCIAL#u/~PROOF#n`, `QUOTA#u/links#n`";
    "proof", "how is u to prove an account", "GetItem, consistent", "`SOCIAL#u/~PROOF#n`";
    "link_returned, link_proved", "link an account, which is one person's", "GetItem × 2 to 4, consistent; TransactWrite", "`LINKING#h/READ` or `SOCIAL#u/~PROOF#n`, `SOCIAL#u/n`, `CLAIMED#n#c/CLAIMED`, `SOCIAL#o/n`, `IDEM#…`";
    "social_account", "which account of a network is u's", "GetItem, consistent", "`SOCIAL#u/n`";
    "social_accounts", "which accounts has u", "Query, consistent", "`SOCIAL#u`, to `~PROOF#`";
    "unlink", "have an account be u's no more", "GetItem, consistent; TransactWrite", "`SOCIAL#u/n`, `SOCIAL#u/~PROOF#n`, `CLAIMED#n#c/CLAIMED`";
    "influencers_after", "who is an influencer, page by page", "Query, consistent", "`INFLUENCERS`";
    "candidate", "what is known of an influencer who may be invited", "GetItem × 3, Query × 2 or more, BatchGet × 2", "`USER#u/PROFILE`, `USER#u/ACCOUNT`, `USER#u/STRIKES`, `INVITATIONS#u`, `POSTS#u`, `POST#p/POST`, `PRODUCT#r/PRODUCT`";
    "round, keep_round", "how far has this month's round of invitations come", "GetItem, consistent; TransactWrite", "`ROUND/m`";
    "invite", "invite u, once", "TransactWrite", "`INVITATIONS#u/i`";
    "invitation", "one invitation of u's", "GetItem, consistent", "`INVITATIONS#u/i`";
    "invitations_of", "which invitations has u, newest first", "Query, consistent", "`INVITATIONS#u`";
    "answer_invitation", "accept an invitation, or decline it", "GetItem, consistent; TransactWrite", "`INVITATIONS#u/i`, `USER#u/ACCOUNT`, `ACCOUNT#a/STATE`, `ACCOUNTS/a`, `INFLUENCERS/u`, `USER#u/PROFILE`";
    "counting, keep_counting", "how far are days counted", "GetItem, consistent; TransactWrite", "`COUNTING/DAYS`";
    "accounts_after", "which accounts are there, page by page", "Query, consistent", "`ACCOUNTS`";
    "clicks_on", "how often were links of an account clicked on a day", "Query × 16, consistent", "`CLICKS#a#d#0` to `CLICKS#a#d#f`";
    "note_day", "note that for ever", "BatchWrite", "`CLICKS#a/d`";
    "day_totals", "what was noted of some days", "Query", "`CLICKS#a`, from `d` to `d`";
    "accounts", "which of these people are influencers, under which accounts", "BatchGet", "`USER#u/ACCOUNT`";
    "linked", "what does a tracked link lead to, and does a click on it count", "BatchGet; Query × 1 or 2 where it is gone, or new in a list", "`PRODUCT#r/PRODUCT`, `ACCOUNT#a/STATE`, `POST#p/POST` or `LIST#l/LIST` and `INLISTS#r/public#t#l`; `LIST#l`, index `by_brand`";
    "note_click", "note a click", "BatchWrite", "`VISITOR#v/c`, `CLICKS#a#d#n/c`";
    "note_click_once", "note a click of somebody signed in, once a minute", "PutItem; GetItem, consistent; BatchWrite", "`VISITOR#v/ONCE#m#h`, `VISITOR#v/c`, `CLICKS#a#d#n/c`";
    "application", "how does u's application stand", "GetItem, consistent", "`USER#u/APPLICATION`";
    "engaged", "which account is u's", "GetItem, consistent", "`USER#u/ACCOUNT`";
    "decide_application", "apply, or decide on it, with what follows", "GetItem, consistent; TransactWrite", "`USER#u/APPLICATION`, `VETTING/t#u`, `USER#u/ACCOUNT`, `ACCOUNT#a/STATE`, `ACCOUNTS/a`, `INFLUENCERS/u`, `USER#u/PROFILE`, `IDEM#…`";
    "enter_programme", "have u be in a programme, or not", "GetItem, consistent; TransactWrite", "`USER#u/ACCOUNT`, `ACCOUNT#a/STATE`, `USER#u/PROFILE`";
    "due_applications", "which applications are to be decided by now", "Query, consistent", "`VETTING`, to `t`";
    "forget_due", "have an application be due no more", "DeleteItem", "`VETTING/t#u`";
    "leave_programmes", "take what u applied with", "GetItem, consistent; TransactWrite", "`USER#u/APPLICATION`, `USER#u/STOREFRONT`, `VETTING/t#u`";
    "measured", "what is an applicant measured by", "GetItem, Query × 1 or more, BatchGet; GetItem and Query × 20, consistent", "`USER#u/PROFILE`, `POSTS#u`, `POST#p/POST`, `ACTS#u/p`, `ACTS#u`, `Cp#`";
    "storefront", "what stands at the head of u's storefront", "GetItem, consistent", "`USER#u/STOREFRONT`";
    "put_storefront", "put it there", "TransactWrite", "`USER#u/STOREFRONT`";
    "brands_of", "which brands does u see as a seller", "GetItem, consistent", "`SELLER#u/BRANDS`";
    "map_seller", "have u see these brands", "BatchWrite or DeleteItem", "`SELLER#u/BRANDS`";
    "send_brief", "send a brief to u", "TransactWrite", "`BRIEFS#u/b`, `SENT#s/b`, `IDEM#…`, `QUOTA#s/briefs#n`";
    "brief", "one brief to u", "GetItem, consistent", "`BRIEFS#u/b`";
    "sent_brief", "to whom did s send a brief", "GetItem, consistent", "`SENT#s/b`";
    "briefs_to", "the briefs to u, newest first", "Query, consistent", "`BRIEFS#u`, `0` to `8`";
    "briefs_by", "the briefs that s sent, newest first", "Query, consistent", "`SENT#s`, `0` to `8`";
    "sent_briefs", "how do these briefs stand", "BatchGet", "`BRIEFS#u/b`";
    "answer_brief", "accept a brief, or decline it, once", "GetItem, consistent; TransactWrite", "`BRIEFS#u/b`, `BRIEFS#u/~RUNNING`";
    "running_briefs, label_paid", "which briefs run that u accepted", "GetItem, consistent", "`BRIEFS#u/~RUNNING`";
    "brands, brands_shown", "of which brands are the products of a thing", "GetItem, consistent; BatchGet", "`POST#p/POST`, `PRODUCT#r/PRODUCT`";
    "stands", "since when does it stand what somebody did", "GetItem, consistent", "`ACTS#u/…` or `COMMENTS#p/C#c`";
    "count_response", "have it count in a week for a brand, or not", "GetItem, consistent; TransactWrite", "`ACTED#b#w/f#h`, `FIGURES#b/w#s`";
    "figures_since", "the figures of a brand by week", "Query", "`FIGURES#b`, from `w`";
    "keep_asked", "keep by what a question or a poll is found in step with it", "GetItem × 2, consistent; BatchGet × 2; BatchWrite", "`POST#p/POST`, `PRODUCT#r/PRODUCT`, `ASKED#brand:b/t#p`, `ASKED#topic:t/t#p`";
    "take_asked", "have one that is gone be found no more", "BatchWrite", "`ASKED#…/t#p`";
    "asked", "which questions and polls are about something, newest first", "Query", "`ASKED#…`";
    "made_before", "what did a request with this key make", "GetItem, consistent", "`IDEM#u#route#key/IDEM`";
    "load_people", "load a graph of members and follows", "BatchWrite", "`USER#u`, `HANDLE#h`, `FOLLOWS#r/a`, `FANS#a/h+r`, `USER#r/FOLLOWING#n`";
    "load_products", "fill an empty table with products", "BatchWrite", "`PRODUCT#p/PRODUCT`, `PRODUCT#p/DESCRIPTION`, `FOUND#product#p/WORDS`, `FIND#product#first/…`";
}

/// The table of the document, in Markdown.
pub fn as_markdown() -> String {
    let mut lines = vec![
        "| method | what is asked or done | operation | keys |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    lines.extend(ALL.iter().map(|pattern| {
        format!(
            "| `{}` | {} | {} | {} |",
            pattern.method.replace(", ", "`, `"),
            pattern.question,
            pattern.operation,
            pattern.keys
        )
    }));
    lines.join("\n")
}
