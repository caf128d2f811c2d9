"""Updates told again with lists: who sees them, and what a feed holds."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.models.plain import No
from tests.models.plain_messages import Talk

SNOOZE = timedelta(days=30)
FEWER = timedelta(days=7)
FEED = timedelta(days=90)


@dataclass
class Post:
    """One update."""

    number: int
    author: int
    kind: str
    audience: str
    posted: datetime
    gone: bool = False
    # Who said so when, the last one last.
    thanks: dict[int, datetime] = field(default_factory=dict)
    replies: list[int] = field(default_factory=list)


@dataclass
class News:
    """What three members post. Their connections, the time and the events are those of `talk`."""

    talk: Talk
    posts: list[Post] = field(default_factory=list)
    # (owner, author) -> until when; None is for good.
    mutes: dict[tuple[int, int], datetime | None] = field(default_factory=dict)
    fewer: set[tuple[int, str]] = field(default_factory=set)
    # (kind, update) -> who did it last, when, read when, how many.
    notices: dict[tuple[str, int], tuple[int, datetime, datetime | None, int]] = field(
        default_factory=dict
    )

    def moments(self) -> list[datetime]:
        """When something ends, past ones too."""
        ends = [post.posted + FEED for post in self.posts]
        return ends + [until for until in self.mutes.values() if until]

    def sees(self, viewer: int, post: Post) -> bool:
        if post.gone:
            return False
        tied = self.talk.bond(viewer, post.author) is not None
        return viewer == post.author or tied or post.audience == "MEMBERS"

    def muted(self, viewer: int, author: int) -> bool:
        until = self.mutes.get((viewer, author), self.talk.now)
        return until is None or until > self.talk.now

    def feed(self, viewer: int) -> list[tuple[object, ...]]:
        """Own updates and those of connections, newest first."""
        there = [p for p in self.posts if self.sees(viewer, p)]
        found = [
            p
            for p in there
            if (p.author == viewer or self.talk.bond(viewer, p.author))
            and not self.muted(viewer, p.author)
            and p.posted > self.talk.now - FEED
            and not self._superseded(viewer, p, there)
        ]
        return [(p.number, len(p.thanks), len(p.replies), viewer in p.thanks) for p in found[::-1]]

    def _superseded(self, viewer: int, post: Post, there: list[Post]) -> bool:
        """Fewer of a kind: the newest of each author in seven days."""
        return (viewer, post.kind) in self.fewer and any(
            later.author == post.author
            and later.kind == post.kind
            and later.number > post.number
            and later.posted < post.posted + FEWER
            for later in there
        )

    def notices_of(self, member: int) -> dict[tuple[str, int, int], tuple[object, ...]]:
        return {
            (kind, number, who): (at, read, times)
            for (kind, number), (who, at, read, times) in self.notices.items()
            if self.posts[number].author == member
        }

    def _notify(self, kind: str, post: Post, who: int) -> None:
        _, _, read, times = self.notices.get((kind, post.number), (0, None, self.talk.now, 0))
        times = times + 1 if read is None else 1
        self.notices[kind, post.number] = (who, self.talk.now, None, times)

    def tell(self, member: int, kind: str, post: Post, other: int) -> None:
        self.talk.events.setdefault(member, []).append((kind, post.number, other))

    # Acts

    def post(self, author: int, kind: str, audience: str) -> None:
        post = Post(len(self.posts), author, kind, audience, self.talk.now)
        self.posts.append(post)
        self.tell(author, "UPDATE_POSTED", post, author)

    def seen(self, viewer: int, number: int) -> Post:
        if not self.sees(viewer, self.posts[number]):
            raise No("NOT_FOUND")
        return self.posts[number]

    def remove(self, member: int, number: int) -> None:
        post = self.seen(member, number)
        if post.author != member:
            raise No("NOT_FOUND")
        post.gone = True
        for kind in ("UPDATE_REPLIED", "UPDATE_THANKED"):
            self.notices.pop((kind, number), None)

    def thank(self, member: int, number: int) -> None:
        post = self.seen(member, number)
        if post.author == member:
            raise No("SELF")
        if member not in post.thanks:
            post.thanks[member] = self.talk.now
            self._notify("UPDATE_THANKED", post, member)

    def take_back_thanks(self, member: int, number: int) -> None:
        post = self.seen(member, number)
        if member not in post.thanks:
            return
        newer = list(post.thanks)[::-1].index(member)
        del post.thanks[member]
        notice = self.notices.pop(("UPDATE_THANKED", number), None)
        if notice and post.thanks:
            _, _, read, times = notice
            if newer < times:
                times, read = max(times - 1, 1), (read or self.talk.now) if times == 1 else read
            who = list(post.thanks)[-1]
            self.notices["UPDATE_THANKED", number] = (who, post.thanks[who], read, times)

    def reply(self, member: int, number: int) -> None:
        post = self.seen(member, number)
        post.replies.append(member)
        if post.author != member:
            self._notify("UPDATE_REPLIED", post, member)
        self.tell(post.author, "UPDATE_REPLIED", post, member)

    def mute(self, member: int, other: int) -> None:
        self._mute(member, other, None)

    def snooze(self, member: int, other: int) -> None:
        self._mute(member, other, self.talk.now + SNOOZE)

    def _mute(self, member: int, other: int, until: datetime | None) -> None:
        if member == other:
            raise No("SELF")
        self.mutes[member, other] = until

    def unmute(self, member: int, other: int) -> None:
        self.mutes.pop((member, other), None)

    def show_fewer(self, member: int, kind: str, fewer: bool) -> None:
        (self.fewer.add if fewer else self.fewer.discard)((member, kind))

    def read_all(self, member: int) -> None:
        """All that the member was told, of messages too."""
        now, talk = self.talk.now, self.talk
        for key, (at, read, times) in talk.notices.items():
            if key[0] == member:
                talk.notices[key] = (at, read or now, times)
        for (kind, number), (who, at, read, times) in self.notices.items():
            if self.posts[number].author == member:
                self.notices[kind, number] = (who, at, read or now, times)
