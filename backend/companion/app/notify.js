/* Web Push: asked for by the person, handed to the backend, taken back on sign-out. */

import { ask, get } from "./wire.js";

export const canPush = () => "serviceWorker" in navigator && "PushManager" in window;

export async function worker() {
  return canPush() ? navigator.serviceWorker.register("sw.js") : null;
}

export async function isOn() {
  const registration = canPush() && (await navigator.serviceWorker.getRegistration());
  return Boolean(registration && (await registration.pushManager.getSubscription()));
}

export async function switchOn() {
  const registration = await worker();
  if ((await Notification.requestPermission()) !== "granted") return false;
  const { key } = await get("/push");
  const raw = Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: raw });
  await ask("PUT", "/push", subscription.toJSON());
  return true;
}

export async function switchOff() {
  const registration = canPush() && (await navigator.serviceWorker.getRegistration());
  const subscription = registration && (await registration.pushManager.getSubscription());
  if (!subscription) return;
  await subscription.unsubscribe();
  await ask("DELETE", "/push");
}
