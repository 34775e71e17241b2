/* Signing in: PKCE out to Kommo's consent page, a code back in the address, a token for it. */

import { post, token } from "./wire.js";

const KEPT = "companion.sign-in";
const address = () => new URL("./", location.href).href;
const text = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const random = () => text(crypto.getRandomValues(new Uint8Array(32)));

export async function leave() {
  const verifier = random();
  const state = random();
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  sessionStorage.setItem(KEPT, JSON.stringify({ verifier, state }));
  const query = new URLSearchParams({
    code_challenge: text(new Uint8Array(digest)), code_challenge_method: "S256", redirect_uri: address(), state,
  });
  location.assign(`sign-in?${query}`);
}

/* Ends a sign-in if the address holds one. Gives the word for what went wrong, or undefined. */
export async function arrive() {
  const given = new URLSearchParams(location.search);
  if (!given.has("code") && !given.has("error")) return undefined;
  history.replaceState(null, "", address());
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "{}");
  sessionStorage.removeItem(KEPT);
  if (given.has("error")) return given.get("error");
  if (!kept.state || kept.state !== given.get("state")) return "state";
  const wish = { code: given.get("code"), code_verifier: kept.verifier, device_name: deviceName() };
  token.set((await post("/token", wish)).token);
  return undefined;
}

function deviceName() {
  const system = navigator.userAgentData?.platform || navigator.platform || "Web";
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(navigator.userAgent);
  return `${browser ? browser[1] : "Browser"} · ${system}`;
}
