import { PhotoSource } from "./photo_source.js";

const DATABASE = "digit-board.handover";
const STORE = "photos";
const KEY = "photo";
const FRAGMENT = "#handed-over";
const NOT_HANDED_OVER =
  "Photos are read on the page Photo. Open it in the menu, and paste or drop the photo there.";

/**
 * A photo that is pasted or dropped on this page is read on the page Photo. On the way the browser's
 * database holds it, since a tab's storage has no room for a photo; a browser that has no database
 * for this page leaves it to its user.
 * @param element marked while a file is dragged over the page
 * @param say tells the user something in words
 */
export function handPhotosOver(element, say) {
  new PhotoSource(element).addEventListener("photo", async ({ detail }) => {
    try {
      await useStore((store) => store.put(detail.blob, KEY));
      location.assign(`photo${FRAGMENT}`);
    } catch {
      say(NOT_HANDED_OVER);
    }
  });
}

/** Promises the photo that another page has handed over, or null. It is kept no longer. */
export async function takePhotoOver() {
  if (location.hash !== FRAGMENT) return null;
  history.replaceState(null, "", location.pathname + location.search); // a reload takes nothing
  try {
    const blob = await useStore((store) => store.get(KEY));
    await useStore((store) => store.delete(KEY));
    return blob ?? null;
  } catch {
    return null;
  }
}

/** Promises what a request to the store gives, when it is done. */
function useStore(request) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const change = database.transaction(STORE, "readwrite");
      const asked = request(change.objectStore(STORE));
      change.oncomplete = () => resolve(asked.result);
      change.onabort = () => reject(change.error);
      database.onversionchange = () => database.close();
    };
  });
}
