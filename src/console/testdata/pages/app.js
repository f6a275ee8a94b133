import { greeting } from "./pages/greeting.js";

document.getElementById("app").textContent = greeting;
