"""The helpdesk as the demo visits it: signs in over HTTP as somebody of the sample organisation and reads the list."""

import aiohttp

from bot.settings import Settings


async def helpdesk_page(settings: Settings, *, person: str, search: str, state: str = "all") -> str:
    """The helpdesk's list, searched for ``search``, as ``person`` (an e-mail address) sees it.

    Follows the same redirects as a browser: the desk sends to the sign-in page, whose form is answered, and back.
    """
    jar = aiohttp.CookieJar(unsafe=True)  # Cookies of an IP address, which is what loopback is.
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=10)) as session:
        wanted = {"search": search, "show": state}
        async with session.get(f"{settings.public_url}/desk", params=wanted) as sign_in:
            form = sign_in.url
        async with session.post(form, data={"person": person}) as signed_in:
            await signed_in.read()
        async with session.get(f"{settings.public_url}/desk", params=wanted) as page:
            return await page.text()
