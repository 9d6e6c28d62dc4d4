"""The main job with the generated client: a photo is posted with a hotspot, found in a feed, and smiled at."""

import hashlib
import os
import pathlib
import urllib.request

import spark

API, LANGUAGE, PRODUCT = (os.environ[name] for name in ("API", "LANGUAGE", "PRODUCT"))
photo = pathlib.Path(os.environ["PHOTO"]).read_bytes()


def signed_in(token):
    return spark.ApiClient(spark.Configuration(host=API, access_token=token))


def drain():
    urllib.request.urlopen(urllib.request.Request(f"{API}/local/drain", method="POST")).read()


def joined(client, handle):
    switches = spark.Switches(posts=True, replies=True)
    interests = os.environ["INTERESTS"].split(",")
    return spark.OnboardingApi(client).join(
        spark.Join(display_name=handle, handle=handle, interests=interests, notify=switches), idempotency_key=f"join-{handle}"
    )


with signed_in(os.environ["AUTHOR"]) as author, signed_in(os.environ["READER"]) as reader:
    me = joined(author, f"{LANGUAGE}_author")
    joined(reader, f"{LANGUAGE}_reader")
    assert me.prime and me.notify.posts and not me.notify.follows

    posting = spark.PostingApi(author)
    terms = spark.NewPhoto(content_type="image/jpeg", bytes=len(photo), sha256=hashlib.sha256(photo).hexdigest())
    ticket = posting.request_upload(terms)
    upload = ticket.upload
    sent = urllib.request.Request(upload.url, photo, upload.headers, method=upload.method)
    assert urllib.request.urlopen(sent).status == 200
    hotspot = spark.NewHotspot(product_id=PRODUCT, x=0.5, y=0.4)
    told = posting.create_post_with_http_info(spark.NewPost(
        kind=spark.PostKind.PHOTO, text="Monday, #coffee",
        photos=[spark.NewPostPhoto(id=ticket.id, alt="Espresso", hotspots=[hotspot])],
    ))
    post = told.data
    assert told.status_code == 201 and told.headers["location"] == f"{API}/v1/posts/{post.id}"

    engagement = spark.EngagementApi(reader)
    engagement.follow_person(me.handle)
    drain()
    feed = spark.FeedApi(reader).read_feed(limit=20)
    items = [item.actual_instance for item in feed.items]
    [item] = [item for item in items if isinstance(item, spark.PostFeedItem) and item.post.id == post.id]
    assert item.reason.kind == spark.ReasonKind.FOLLOWED and item.post.author.handle == me.handle
    shown = item.post.photos[0].actual_instance
    assert isinstance(shown, spark.ReadyPhoto), shown
    assert shown.hotspots[0].product.id == PRODUCT and shown.hotspots[0].product.price.amount > 0
    tag = item.post.entities[0].actual_instance
    assert isinstance(tag, spark.HashtagEntity) and tag.tag == "coffee", tag

    engagement.smile_post(post.id)
    again = spark.PostingApi(reader).read_post(post.id)
    assert again.counts.smiles == 1 and again.viewer.smiled

    try:
        spark.PostingApi(reader).change_post(post.id, spark.ChangePost(text="not mine"))
    except spark.exceptions.ForbiddenException as refusal:
        assert refusal.data.code == "not-owner", refusal
    else:
        raise AssertionError("somebody else's post was changed")
