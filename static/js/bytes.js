/** The bytes that a base64 text stands for: pictures come from the server like that. */
export function decode(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
