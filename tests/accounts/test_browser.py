"""Signing in as people do it: in Chromium, with both steps, on a desk and a phone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from playwright.sync_api import Page

from phucvu.accounts import managing
from phucvu.accounts.models import User
from phucvu.accounts.permissions import Role

from .. import browsing
from ..signing import sign
from ..web import axe
from .conftest import PASSWORD

pytestmark = browsing.MARKS

Make = Callable[..., User]
WIDTHS = {"desk": 1280, "phone": 390}
REFUSED = "status of 40"


@pytest.fixture(params=WIDTHS.values(), ids=WIDTHS)
def page(request: Any, windows: browsing.Windows, address: str) -> Iterator[Page]:
    """A page without scripts; at the end no request may have left the machine, nothing been complained of."""
    page = windows.open(request.param, java_script_enabled=False)
    with browsing.watched(page, address, refused=REFUSED):
        yield page


def fits(page: Page) -> bool:
    """Nothing is wider than the screen."""
    width: dict[str, int] = page.viewport_size or {}  # type: ignore[assignment]
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width["width"])


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_from_the_first_link_to_the_accounts_below(page: Page) -> None:
    """A new administrator sets a password, two-step sign-in, comes in again, and makes an account."""
    page.goto(managing.create_administrator("quantri", "H21", "quantri@vidu.vn"))
    page.get_by_label("Mật khẩu mới", exact=True).fill(PASSWORD)
    page.get_by_label("Mật khẩu mới, một lần nữa").fill(PASSWORD)
    page.get_by_role("button", name="Đặt mật khẩu").click()
    assert page.locator("h1").inner_text() == "Đã đặt mật khẩu"

    page.goto("/workspace/accounts")
    page.get_by_label("Tên đăng nhập hoặc thư điện tử").fill("quantri")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Đăng nhập").click()
    assert page.locator("h1").inner_text() == "Xác nhận là bạn"
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Xác nhận").click()

    assert page.locator("h1").inner_text() == "Thiết lập đăng nhập hai bước"
    picture = page.locator(".qr svg").bounding_box()
    assert picture
    assert picture["width"] > 100
    assert fits(page)
    secret = page.locator("code.link").inner_text()
    page.get_by_label("Mã sáu số").fill(code(secret))
    page.get_by_role("button", name="Thiết lập", exact=True).click()
    assert page.locator("h1").inner_text() == "Mã dự phòng"
    kept = page.locator(".codes code").all_inner_texts()
    assert len(kept) == 10
    assert fits(page)

    page.goto("/accounts")
    page.get_by_role("button", name="Đăng xuất").click()
    page.goto("/workspace/accounts")
    page.get_by_label("Tên đăng nhập hoặc thư điện tử").fill("quantri@vidu.vn")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Đăng nhập").click()
    assert page.locator("h1").inner_text() == "Bước hai"
    page.get_by_label("Mã").fill(kept[0])
    page.locator("main").get_by_role("button", name="Đăng nhập").click()
    assert page.locator("h1").inner_text() == "Tài khoản"
    assert fits(page)

    page.get_by_role("link", name="Thêm tài khoản").click()
    page.get_by_label("Tên đăng nhập").fill("canbo")
    page.get_by_label("Thư điện tử").fill("canbo@vidu.vn")
    page.get_by_label("Vai trò", exact=True).select_option("head")
    page.get_by_label("Đơn vị (nhập mã").fill("H21.17")
    page.get_by_role("button", name="Lập tài khoản").click()
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Xác nhận").click()
    assert "/accounts/password/" in page.locator("code.link").inner_text()
    assert fits(page)
    page.get_by_role("button", name="Đóng tài khoản").click()
    page.get_by_text("Tài khoản này đã đóng").wait_for()
    assert not User.objects.get(username="canbo").is_active


def test_a_personal_value_is_shown_on_asking(page: Page, account: Make, enter: Callable[..., None]) -> None:
    enter(page, account(Role.STAFF))
    page.goto("/workspace/dossiers/H21.17-261001-0001/personal")
    assert "Nguyễn" not in page.content()
    assert fits(page)
    page.get_by_label("Chủ hồ sơ").check()
    page.get_by_label("Lý do cần xem").fill("đối chiếu giấy tờ")
    page.get_by_role("button", name="Xem mục này").click()
    assert page.get_by_text("Nguyễn Văn Thử").is_visible()
    assert fits(page)


def test_the_other_pages_fit_too(
    page: Page, account: Make, enter: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHUCVU_SMTP_HOST", "thu.vidu.vn")
    enter(page, account(Role.STAFF))
    for path in (
        "/accounts",
        "/accounts/password",
        "/accounts/sessions",
        "/accounts/notices",
        "/workspace/accounts",
        "/en/accounts",
    ):
        page.goto(path)
        assert page.locator("h1").is_visible()
        assert fits(page), path


def test_the_admin_site_works_under_its_policy(
    windows: browsing.Windows, address: str, account: Make, enter: Callable[..., None]
) -> None:
    """With scripts, as Django's pages have some; a refused one would be complained of."""
    page = windows.open(1280)
    with browsing.watched(page, address, refused=REFUSED):
        enter(page, account(Role.ADMINISTRATOR, "H21"))
        for path in ("", "accounts/user/", "accounts/auditentry/?action=sign-in", "inbox/sender/"):
            page.goto(f"/admin/{path}")
            assert page.locator("h1, #site-name").first.is_visible()
        page.goto(f"/admin/accounts/user/{User.objects.get().pk}/change/")
        assert page.get_by_text("administrator.h21").first.is_visible()


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "dark", ""), (390, "light", "/en")])
def test_axe_finds_nothing(
    windows: browsing.Windows,
    account: Make,
    enter: Callable[..., None],
    width: int,
    scheme: browsing.Scheme,
    language: str,
) -> None:
    link = managing.create_administrator("quantri", "H21", "quantri@vidu.vn")
    user = account(Role.ADMINISTRATOR, "H21", two_step=False, password=PASSWORD)
    page = windows.open(width, scheme, script=axe.source())
    found = []

    def look(path: str) -> None:
        page.goto(language + path)
        found.extend(axe.violations(page, [(width, scheme)]))

    for path in ("/accounts/login", link, "/accounts/password/1-cu", "/accounts/closed", "/oidc/cancelled"):
        look(path)
    enter(page, user, methods=("password",))
    for path in ("/accounts", "/accounts/confirm", "/accounts/password"):
        look(path)
    page.goto(f"{language}/accounts/confirm?next={language}/accounts/two-step/set-up")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("button.main").click()
    look("/accounts/two-step/set-up")
    page.locator("#id_code").fill(code(page.locator("code.link").inner_text()))
    page.locator("button.main").click()
    other = account(Role.STAFF, "H21.17")
    for path in (
        "/accounts/codes",
        "/accounts/codes/new",
        "/accounts/sessions",
        "/accounts/notices",
        "/accounts/login?idle=1",
        "/workspace/accounts/import",
        "/accounts/two-step/confirm",
        "/workspace/accounts",
        "/workspace/accounts/add",
        f"/workspace/accounts/{other.pk}",
        f"/workspace/accounts/{user.pk}",
        "/workspace/dossiers/H21.17-261001-0001/personal",
    ):
        look(path)
    enter(page, other)
    look("/workspace/dossiers/H21.17-261001-0001/personal")
    assert found == []


@pytest.fixture
def enter(client: Client, address: str) -> Callable[..., None]:
    """Signs a browser in without typing."""

    def sign_in(page: Page, user: User, methods: tuple[str, ...] = ("password", "mfa")) -> None:
        sign(client, user, methods)
        session = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": address}])

    return sign_in
