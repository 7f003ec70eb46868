// In the frame of a HIT, on a page that answers a submission: the page around the frame scrolls to it.
"use strict";

parent.postMessage({ simpleturk: "answer", isSaved: document.getElementById("submitted") !== null }, "*");
