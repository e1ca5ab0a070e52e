const LONG = 60_000; // ms in which the browser writes it

/** Has the browser save a file under a name, as a download. */
export function saveFile(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), LONG);
}
